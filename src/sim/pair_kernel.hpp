#pragma once

#include "nubox/sim/force_split.hpp"

#include <cstddef>

namespace nubox::sim {

/// Positions of the particles that pull, as arrays of one coordinate each. `count` is a multiple of
/// pair_lanes; what fills it up lies beyond the cut-off of every target.
struct PairSources {
  const float* x;
  const float* y;
  const float* z;
  std::size_t count;
};

inline constexpr std::size_t pair_lanes = 16;

struct PairForce {
  float x, y, z;
};

/// Sum over the sources within the cut-off of d [ g(d) - Q(d^2) ] with d = source - (x, y, z); a
/// source at the target's own position adds nothing. The code path is chosen for the processor at
/// hand (AVX-512, AVX2 or the baseline), so that the last bits may differ between kinds of
/// processors. Rank-local.
[[nodiscard]] PairForce pair_force(const PairSources& sources, const MeshPairForce& mesh,
                                   float softening_mpch, float cutoff2, float x, float y, float z);

}  // namespace nubox::sim
