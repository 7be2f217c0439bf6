#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/train/trainer.hpp"

#include <cstddef>
#include <vector>

/// Untrained networks and random boxes, to measure speed.
namespace nubox::bench {

/// The architecture, for a vnet with the input channels of a box with velocities.
[[nodiscard]] net::Architecture with_synthetic_inputs(net::Architecture architecture);

/// Card of an untrained network for boxes of n^3 particles at paper_spacing_mpch.
[[nodiscard]] net::ModelCard synthetic_card(const net::Architecture& architecture, std::size_t n);

/// Random pairs of n^3 particles for such a network. Collective.
[[nodiscard]] std::vector<train::TrainingPair> synthetic_pairs(
    const par::Comm& comm, const net::Architecture& architecture, std::size_t n, std::size_t count);

}  // namespace nubox::bench
