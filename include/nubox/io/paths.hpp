#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Lists of input files with shell wildcards. All functions are rank-local.
namespace nubox::io {

/// True if a name holds one of the wildcards * ? [.
[[nodiscard]] bool has_wildcards(const std::string& name);

/// Paths that match a shell pattern, sorted.
///
/// @param option  that gave the pattern, for the error text
/// @throws InputError if nothing matches
[[nodiscard]] std::vector<std::filesystem::path> matching_paths(const std::string& pattern,
                                                                const std::string& option);

/// Paths of a list of names and patterns, in the order of the list. A name without wildcards is
/// taken as it is, whether the file exists or not: its reader reports what is wrong with it.
///
/// @throws InputError as matching_paths
[[nodiscard]] std::vector<std::filesystem::path> expand_paths(const std::vector<std::string>& names,
                                                              const std::string& option);

}  // namespace nubox::io
