#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nubox::gadget {

/// Inputs of a list with wildcards (io::expand_paths). A snapshot in several files counts once:
/// files of it that a wildcard matches give the name of the set, without number and suffix. A
/// wildcard may also be one for names of sets. Rank-local.
/// @throws InputError if nothing matches a wildcard
[[nodiscard]] std::vector<std::filesystem::path> expand_inputs(const std::string& list,
                                                               const std::string& option);

}  // namespace nubox::gadget
