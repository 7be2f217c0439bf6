#pragma once

#include "nubox/config/config.hpp"
#include "nubox/net/architecture.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/train/pair_reader.hpp"
#include "nubox/train/train_options.hpp"

namespace nubox::app {

/// [train] and [loss]. Rank-local. @throws FileSystemError if there is no model train.start
[[nodiscard]] train::TrainOptions train_options(const config::Config& config);

/// train.backend
[[nodiscard]] train::GradientBackend gradient_backend(const config::Config& config);

/// Cosmology, prior and cache of the training pairs. Collective.
[[nodiscard]] train::PairOptions pair_options(const par::Comm& world, const config::Config& config);

/// Rank-local. @throws UsageError for options that contradict each other or leave nothing to train
void require_trainable(const config::Config& config, const train::TrainOptions& options,
                       const net::Architecture& architecture);

}  // namespace nubox::app
