#pragma once

#include "nubox/core/fastest_seconds.hpp"
#include "nubox/core/timer.hpp"

#include <cstddef>

#include <torch/torch.h>

namespace nubox::net {

/// Seconds of the fastest of `repeats` calls of `work` on a device, after one call that initialises
/// kernels. Rank-local.
template <class Work>
[[nodiscard]] double device_seconds(torch::Device device, std::size_t repeats, const Work& work) {
  const auto measure = [&] {
    const Stopwatch watch;
    work();
    if (device.is_cuda()) torch::cuda::synchronize();
    return watch.seconds();
  };
  (void)measure();
  return fastest_seconds(repeats, measure);
}

}  // namespace nubox::net
