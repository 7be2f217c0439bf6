#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/train/train_options.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace nubox::train {

/// Times of the sum of a network's gradients over ranks, without overlap with computation.
struct ReductionSpeed {
  double bytes = 0;
  std::size_t buckets = 0;
  std::string backend;
  double bucket_seconds = 0;  ///< in buckets, as in a training step
  double plain_seconds = 0;   ///< one MPI_Allreduce, or one call of the backend on GPUs
};

/// @param measure  runs collective work and returns its seconds
/// Collective. @throws UsageError (agreed)
[[nodiscard]] ReductionSpeed measure_reduction(
    const par::Comm& comm, const net::Architecture& architecture, GradientBackend backend,
    const std::function<double(const std::function<void()>&)>& measure);

}  // namespace nubox::train
