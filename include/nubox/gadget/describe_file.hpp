#pragma once

#include "nubox/gadget/snapshot_set.hpp"

#include <filesystem>
#include <string>

namespace nubox::gadget {

/// Text that lists the contents of a Gadget snapshot or of any other HDF5 file.
///
/// A snapshot (one or many files, named as for Snapshot::open): its header in the units of nubox,
/// read with `options`, its particles by type, and the blocks (binary) or the objects (HDF5) of its
/// first file. If the set cannot be read, the text gives the reason. Other files: as
/// io::describe_hdf5. Rank-local.
/// @throws FileSystemError if the file cannot be opened, InputError if the first file is damaged or
/// of neither kind
[[nodiscard]] std::string describe_file(const std::filesystem::path& path,
                                        const ReaderOptions& options = {});

}  // namespace nubox::gadget
