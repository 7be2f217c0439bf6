#pragma once

#include "nubox/bench/bench.hpp"
#ifdef NUBOX_WITH_TORCH
#include "nubox/bench/network_components.hpp"
#endif
#include "nubox/config/config.hpp"

namespace nubox::app {

[[nodiscard]] bench::Options bench_options(const config::Config& config);
/// Directory of the linear tables for the benchmark of `simulate`. Collective.
[[nodiscard]] std::filesystem::path bench_tables(const par::Comm& world);

#ifdef NUBOX_WITH_TORCH
// Collective. @throws UsageError (agreed) for an invalid network
[[nodiscard]] bench::TrainOptions bench_train_options(const par::Comm& world,
                                                      const config::Config& config);
[[nodiscard]] bench::PredictOptions bench_predict_options(const par::Comm& world,
                                                          const config::Config& config);
#endif

}  // namespace nubox::app
