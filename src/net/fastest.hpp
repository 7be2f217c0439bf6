#pragma once

#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <torch/torch.h>

namespace nubox::net {

/// Seconds of the fastest of `repeats` calls on a device, after a first one that sets kernels up.
template <class Work>
[[nodiscard]] double fastest_seconds(torch::Device device, std::size_t repeats, const Work& work) {
  double fastest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i <= repeats; ++i) {
    const Stopwatch watch;
    work();
    if (device.is_cuda()) torch::cuda::synchronize();
    if (i > 0) fastest = std::min(fastest, watch.seconds());
    log::beat();
  }
  return fastest;
}

}  // namespace nubox::net
