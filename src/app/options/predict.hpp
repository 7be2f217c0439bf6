#pragma once

#include "nubox/config/config.hpp"
#include "nubox/predict/predictor.hpp"
#include "nubox/predict/suite_plan.hpp"

namespace nubox::app {

/// Inputs (names and wildcards), masses and output of the boxes to predict. Rank-local.
/// @throws InputError if a wildcard matches nothing
[[nodiscard]] predict::SuiteOptions suite_options(const config::Config& config);

/// Rank-local. @throws UsageError, FileSystemError for the model file
[[nodiscard]] predict::PredictorOptions predictor_options(const config::Config& config);

}  // namespace nubox::app
