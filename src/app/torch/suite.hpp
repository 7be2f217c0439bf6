#pragma once

#include "nubox/config/config.hpp"
#include "nubox/predict/suite.hpp"

#include <vector>

namespace nubox::app {

/// Inputs (lists and wildcards) times masses. A single box goes to predict.out itself; several go
/// to <predict.out>/<directory of the input, below what all inputs share>/mnu-<eV>.h5, with the
/// input's name in front unless that is mnu-0.000.h5; snapshots to mnu-<eV>/snap. Rank-local.
/// @throws UsageError (no input or mass, an input twice), InputError (nothing matches)
[[nodiscard]] std::vector<predict::SuiteTask> suite_tasks(const config::Config& config);

}  // namespace nubox::app
