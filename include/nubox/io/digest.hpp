#pragma once

#include "nubox/par/comm.hpp"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace nubox::io {

/// Size and checksum of a whole file.
struct FileDigest {
  std::uint64_t size_bytes = 0;
  std::string checksum;  ///< XXH3, 16 hexadecimal digits
};
/// Digests of several files, by path.
using InputDigests = std::map<std::string, FileDigest>;

/// Reads the file in pieces. Rank-local. @throws FileSystemError
[[nodiscard]] FileDigest digest_of(const std::filesystem::path& path);

/// Digests of all inputs, the same on all ranks; each file is read by one rank. Collective.
/// @throws FileSystemError (agreed)
[[nodiscard]] InputDigests digest_inputs(const par::Comm& comm,
                                         const std::vector<std::filesystem::path>& inputs);

/// HDF5 version, for --version and provenance.
[[nodiscard]] std::string hdf5_library_text();

}  // namespace nubox::io
