#include "nubox/sim/pair_rate.hpp"

#include "nubox/core/timer.hpp"

#include "sim/pair_kernel.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace nubox::sim {
namespace {

/// Three coordinates of these are 24 KiB: within a first cache of 32.
constexpr std::size_t sources_count = 2048;
constexpr std::size_t targets = 2000;

}  // namespace

double peak_pairs_per_second(std::size_t repeats) {
  constexpr ForceSplit split{.split_radius_mpch = 1, .cutoff_mpch = 5, .softening_mpch = 0.05};
  const MeshPairForce mesh(split);
  const auto cutoff2 = static_cast<float>(split.cutoff_mpch * split.cutoff_mpch);
  std::array<std::array<float, sources_count>, 3> x{};
  // Irrational steps spread the sources evenly over a cube of the size of the cut-off.
  constexpr std::array<double, 3> steps{0.8191725134, 0.6710436067, 0.5497004779};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t i = 0; i < sources_count; ++i) {
      x[axis][i] = static_cast<float>(split.cutoff_mpch *
                                      std::fmod(static_cast<double>(i) * steps[axis], 1.0));
    }
  }
  const PairSources sources{x[0].data(), x[1].data(), x[2].data(), sources_count};
  double fastest = 0;
  // Read after the loop, so that no call is left out.
  volatile float sink = 0;
  for (std::size_t repeat = 0; repeat < std::max<std::size_t>(repeats, 1); ++repeat) {
    float sum = 0;
    const Stopwatch watch;
    for (std::size_t i = 0; i < targets; ++i) {
      sum += pair_force(sources, mesh, static_cast<float>(split.softening_mpch), cutoff2, x[0][i],
                        x[1][i], x[2][i])
                 .x;
    }
    fastest = std::max(fastest, static_cast<double>(targets * sources_count) / watch.seconds());
    sink = sum;
  }
  (void)sink;
  return fastest;
}

}  // namespace nubox::sim
