#pragma once

#include <filesystem>
#include <string>

namespace nubox::io {

/// What a Gadget snapshot holds: header in the units of this program, particles by type, and the
/// blocks of its first file if it is a binary one. A set that cannot be read is said to be so, with
/// the reason. Rank-local.
/// @throws InputError if the first file is damaged, FileSystemError
[[nodiscard]] std::string describe_gadget(const std::filesystem::path& path);

}  // namespace nubox::io
