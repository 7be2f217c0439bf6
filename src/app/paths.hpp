#pragma once

#include "nubox/io/field_file.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <functional>
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

/// True if a sound field file of exactly this run stands there already: it is read whole, since a
/// damaged box must not pass for a finished one; a damaged one counts as missing. Collective.
/// @throws InputError (agreed) naming the option if a sound file of another run does: it is never
///         overwritten
[[nodiscard]] bool is_complete_output(const par::Comm& comm, const std::filesystem::path& path,
                                      const std::function<bool(const io::FieldHeader&)>& same_run,
                                      const std::string& option);

}  // namespace nubox::app
