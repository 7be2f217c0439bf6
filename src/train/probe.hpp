#pragma once

#include "nubox/net/torch/network.hpp"

#include <torch/torch.h>

namespace nubox::train {

/// One forward and backward pass on a small cube, without effect on running statistics, in which
/// FlatParameters observes the order of the gradients.
inline void probe(net::Network& network, torch::Device device) {
  network.eval();
  const std::int64_t n = 2 * network.stride() + 2 * network.halo();
  const auto channels = static_cast<std::int64_t>(network.architecture().input_channels);
  const auto options = torch::TensorOptions().device(device);
  network
      .forward(torch::ones({1, channels, n, n, n}, options),
               torch::ones({1, net::index(net::conditioning_numbers)}, options))
      .sum()
      .backward();
  network.train();
}

}  // namespace nubox::train
