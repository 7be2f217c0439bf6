#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nubox::io {

/// Checksum of the sizes of files and of samples spread over them (64 of 4 KiB in each; all of a
/// smaller file). It tells large inputs apart without reading them; it does not prove that a file
/// is undamaged. Rank-local. @throws FileSystemError
[[nodiscard]] std::string sampled_checksum(const std::vector<std::filesystem::path>& files);

}  // namespace nubox::io
