#pragma once

#include <filesystem>
#include <string>

namespace nubox::io {

/// What any HDF5 file holds (ours or a foreign one, Gadget snapshots for instance), as text: size,
/// attributes, and every group and dataset with type, shape, units and attributes. Checks no
/// checksums. Rank-local.
/// @throws FileSystemError if it cannot be opened, InputError if it is no sound HDF5 file
[[nodiscard]] std::string describe(const std::filesystem::path& path);

}  // namespace nubox::io
