#pragma once

#include "nubox/net/torch/network.hpp"

#include <algorithm>
#include <string>

#include <torch/torch.h>

/// Networks with random weights, and their measured properties.
namespace nubox::net {

/// Random weights everywhere, the zero-initialised output layers included.
inline void randomise(torch::nn::Module& module) {
  const torch::NoGradGuard no_grad;
  for (auto& item : module.named_parameters()) {
    // Normalisations that keep most ReLUs open, so that every layer matters.
    const bool open = item.key().find("norm.") != std::string::npos;
    item.value().uniform_(open ? 0.3 : -0.3, open ? 1.0 : 0.3);
  }
  for (auto& item : module.named_buffers()) {
    if (item.key().ends_with("running_mean")) item.value().uniform_(-0.2, 0.2);
    if (item.key().ends_with("running_var")) item.value().uniform_(0.5, 2.0);
  }
}

inline std::shared_ptr<Network> random_network(const Architecture& architecture) {
  torch::manual_seed(7);
  auto network = make_network(architecture);
  randomise(*network);
  network->eval();
  return network;
}

inline std::int64_t parameter_count(const torch::nn::Module& module, const std::string& part = "") {
  std::int64_t count = 0;
  for (const auto& item : module.named_parameters()) {
    if (item.key().find(part) != std::string::npos) count += item.value().numel();
  }
  return count;
}

/// Largest distance along x between a changed input voxel and the outputs that change, over all
/// stride phases; and checks that nothing beyond it changes.
inline std::int64_t measured_reach(Network& network, std::int64_t n) {
  const torch::NoGradGuard no_grad;
  const auto style = torch::ones({1, 2}, torch::kDouble);
  const auto x = torch::rand({1, 3, n, n, n}, torch::kDouble);
  const auto before = network.forward(x, style);
  const std::int64_t margin = (n - before.size(2)) / 2;
  std::int64_t reach = 0;
  for (std::int64_t phase = 0; phase < network.stride(); ++phase) {
    auto changed = x.clone();
    const std::int64_t at = n / 2 + phase;
    changed.index({0, 0, at, n / 2, n / 2}) += 10.0;
    const auto rows = (network.forward(changed, style) - before).abs().amax({0, 1, 3, 4}).nonzero();
    reach = std::max(reach, at - margin - rows.min().item<std::int64_t>());
    reach = std::max(reach, rows.max().item<std::int64_t>() + margin - at);
  }
  return reach;
}

}  // namespace nubox::net
