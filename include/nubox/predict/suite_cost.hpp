#pragma once

#include "nubox/core/run_cost.hpp"
#include "nubox/predict/predictor.hpp"

#include <vector>

namespace nubox::predict {

/// Cost of all boxes of a suite; the memory estimate of each task is logged. Collective on `world`.
/// @throws as check_suite
[[nodiscard]] RunCost suite_cost(const par::Comm& world, const par::Comm& group,
                                 const std::vector<SuiteTask>& tasks, const Predictor& predictor);

}  // namespace nubox::predict
