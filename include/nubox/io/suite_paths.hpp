#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// Paths of the inputs and outputs of suites. All functions are rank-local.
namespace nubox::io {

/// For each input the path of its directory below the deepest directory that holds all inputs; "."
/// where that is its own. Outputs of a suite are placed in the same way.
[[nodiscard]] std::vector<std::filesystem::path> relative_directories(
    const std::vector<std::filesystem::path>& inputs);

/// @throws UsageError if one of the inputs is named twice
void require_distinct(const std::vector<std::filesystem::path>& inputs, const std::string& option);

}  // namespace nubox::io
