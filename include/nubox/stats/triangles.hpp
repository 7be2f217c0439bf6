#pragma once

#include "nubox/par/comm.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

/// Integer modes q with lower2 <= |q|^2 < upper2. Integer comparisons, so that rounding of k cannot
/// move a mode across an edge. q = 0 is in no shell.
struct Shell {
  std::int64_t lower2 = 0, upper2 = 0;

  /// Modes with lower <= |q| < upper, in units of the fundamental.
  [[nodiscard]] static Shell between(double lower, double upper);
  [[nodiscard]] bool holds(std::int64_t norm2) const { return norm2 >= lower2 && norm2 < upper2; }
  /// Largest component that a mode of the shell may have; -1 for a shell without room for modes.
  [[nodiscard]] int largest_component() const;
};

/// Three shells, by their indices in a list.
using Triangle = std::array<std::size_t, 3>;

/// Closed triples q1 + q2 + q3 = 0 with q_i in shell i of each triangle; ordered, both signs
/// counted. Exact: integer sums over pairs (q1, q2), where the 48 symmetries of the cube reduce the
/// number of q1 by 48; no transform and no rounding. Triangles that share their first two shells
/// cost as much as one of them, so the two smaller shells should come first. Collective: the pairs
/// are distributed over ranks.
[[nodiscard]] std::vector<std::uint64_t> count_triangles(const par::Comm& comm,
                                                         std::span<const Shell> shells,
                                                         std::span<const Triangle> triangles);

}  // namespace nubox::stats
