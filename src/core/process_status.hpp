#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace nubox::memory {

/// The number that follows `key` in a file of "key number" lines.
[[nodiscard]] std::optional<std::uint64_t> number_after(const std::filesystem::path& path,
                                                        const std::string& key);

/// Bytes of an entry of /proc/self/status ("VmRSS"); zero if it is missing.
[[nodiscard]] std::uint64_t status_bytes(const std::string& key);

}  // namespace nubox::memory
