#pragma once

#include <filesystem>
#include <string>

namespace nubox::io {

/// What any HDF5 file (ours or a foreign one) or Gadget snapshot (of one or many files, named as
/// for GadgetSnapshot::open) holds, as text. HDF5: size, attributes, and every group and dataset
/// with type, shape, units and attributes, of the first file of a set. Snapshots before that: the
/// header of the set in our units. Checks no checksums. Rank-local.
/// @throws FileSystemError if it cannot be opened, InputError if it is no sound HDF5 file
[[nodiscard]] std::string describe(const std::filesystem::path& path);

}  // namespace nubox::io
