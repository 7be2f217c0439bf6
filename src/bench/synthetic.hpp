#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/train/trainer.hpp"

#include <cstddef>
#include <vector>

/// Untrained networks and boxes of random numbers, to measure speed.
namespace nubox::bench {

/// An architecture with the channels that the vnet gets of a box with velocities.
[[nodiscard]] net::Architecture with_synthetic_inputs(net::Architecture architecture);

/// Card of an untrained network for boxes of n^3 at the paper's lattice spacing.
[[nodiscard]] net::ModelCard synthetic_card(const net::Architecture& architecture, std::size_t n);

/// Pairs of n^3 for such a network, of random numbers. Collective.
[[nodiscard]] std::vector<train::TrainingPair> synthetic_pairs(
    const par::Comm& comm, const net::Architecture& architecture, std::size_t n, std::size_t count);

}  // namespace nubox::bench
