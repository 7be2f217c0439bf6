#pragma once

#include <filesystem>
#include <string>

namespace nubox::io {

/// Text that lists the contents of any HDF5 file, written by nubox or by another program: its size,
/// its attributes, and every group and dataset with type, shape, units and attributes. Checksums
/// are not verified. Rank-local.
/// @throws FileSystemError if it cannot be opened, InputError if it is not an intact HDF5 file
[[nodiscard]] std::string describe_hdf5(const std::filesystem::path& path);

}  // namespace nubox::io
