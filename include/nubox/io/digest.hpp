#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace nubox::io {

/// Size and checksum of a whole file, for provenance.
struct FileDigest {
  std::uint64_t size_bytes = 0;
  std::string checksum;  ///< XXH3, as `xxhsum -H3` prints it
};
/// Reads the file piece by piece. Rank-local. @throws FileSystemError
[[nodiscard]] FileDigest digest_of(const std::filesystem::path& path);

/// HDF5 version, for --version and provenance.
[[nodiscard]] std::string hdf5_library_text();

}  // namespace nubox::io
