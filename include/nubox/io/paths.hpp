#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Lists of input files with shell wildcards. All functions are rank-local.
namespace nubox::io {

/// True if a name holds one of the wildcards * ? [ behind the leading directories that exist as
/// they are written, and does not exist itself.
[[nodiscard]] bool has_wildcards(const std::string& name);

/// Paths that match a shell pattern, sorted. Leading directories that exist under the very name
/// that the pattern gives ("run[1]/box-*.h5") are taken literally, and so is a file.
///
/// @param option  that gave the pattern, for the error text
/// @throws InputError if nothing matches
[[nodiscard]] std::vector<std::filesystem::path> matching_paths(const std::string& pattern,
                                                                const std::string& option);

/// Names in a list that is separated by commas. A name that contains a comma is given in double
/// quotes, or just as it is if it exists and the part before its comma does not.
[[nodiscard]] std::vector<std::string> split_path_list(const std::string& list);

/// Paths of a list of names and patterns, in the order of the list. A name without wildcards is
/// taken as it is, whether the file exists or not: its reader reports what is wrong with it.
///
/// @throws InputError as matching_paths
[[nodiscard]] std::vector<std::filesystem::path> expand_paths(const std::string& list,
                                                              const std::string& option);

}  // namespace nubox::io
