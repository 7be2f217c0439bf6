#pragma once

#include "nubox/par/comm.hpp"

#include <filesystem>
#include <string>
#include <vector>

/// What commands ask of the file system before they work.
namespace nubox::app {

[[nodiscard]] bool has_wildcards(const std::string& name);

/// Paths that a pattern with * and ? names, sorted. Rank-local.
/// @throws InputError naming the option if nothing matches
[[nodiscard]] std::vector<std::filesystem::path> matching_paths(const std::string& pattern,
                                                                const std::string& option);

/// Paths that names and patterns stand for, in their order; a plain name stands for itself, so that
/// its reader can tell why it is missing. Rank-local. @throws InputError as matching_paths
[[nodiscard]] std::vector<std::filesystem::path> expand_paths(const std::vector<std::string>& names,
                                                              const std::string& option);

/// True if rank 0 sees something there. Collective.
[[nodiscard]] bool path_exists(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::app
