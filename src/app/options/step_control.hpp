#pragma once

#include "nubox/config/config.hpp"
#include "nubox/par/step_control.hpp"

#include <filesystem>
#include <string>

namespace nubox::app {

/// When a run in `out` writes checkpoints and when it stops, from `section` (simulate or train).
/// Rank-local.
[[nodiscard]] par::StepControl::Options step_control_options(const config::Config& config,
                                                             const std::string& section,
                                                             const std::filesystem::path& out);

}  // namespace nubox::app
