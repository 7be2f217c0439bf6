#pragma once

#include "nubox/fft/plan.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <functional>
#include <memory>

/// Limits of the machine, and the measurement of times.
namespace nubox::bench {

/// Seconds of the slowest rank in the fastest of `repeats` calls of `work`, each after a call of
/// `prepare` that is not counted. Collective.
[[nodiscard]] double fastest_seconds(
    const par::Comm& comm, std::size_t repeats, const std::function<void()>& work,
    const std::function<void()>& prepare = [] {});

/// Bytes per second, read and written, of all ranks together when each copies a buffer larger than
/// its caches. Collective.
[[nodiscard]] double memory_bandwidth(const par::Comm& comm, std::size_t repeats);

/// Forward and backward transform of a mesh of this plan. Collective.
struct TransformSeconds {
  double forward = 0, backward = 0;
  [[nodiscard]] double mean() const { return 0.5 * (forward + backward); }
};
[[nodiscard]] TransformSeconds transform_seconds(const std::shared_ptr<const fft::Plan>& plan,
                                                 std::size_t repeats);

/// Lattice spacing of the boxes of Giusarma et al. 2019, on which the work of statistics and forces
/// depends.
inline constexpr double paper_spacing_mpch = 1000.0 / 512.0;

}  // namespace nubox::bench
