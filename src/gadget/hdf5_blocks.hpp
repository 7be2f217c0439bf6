#pragma once

#include "nubox/io/hdf5.hpp"

#include "gadget/snapshot_file.hpp"

#include <string>

/// The particle datasets of an HDF5 snapshot. Rank-local.
namespace nubox::gadget {

/// Whether a path of groups and a last object exists.
[[nodiscard]] bool exists(hid_t file, const std::string& path);

/// Sets file_header.blocks and has_masses, after shape, type, filters and sources of every dataset
/// were checked. @throws InputError naming `where` and the dataset
void read_blocks(hid_t file, FileHeader& file_header, const std::string& where);

}  // namespace nubox::gadget
