#pragma once

#include "nubox/par/comm.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

/// Integer modes q with lower2 <= |q|^2 < upper2. Integers decide, so that no rounding of a k moves
/// a mode over an edge. q = 0 belongs to no shell.
struct Shell {
  std::int64_t lower2 = 0, upper2 = 0;

  /// Modes with lower <= |q| < upper, in units of the fundamental.
  [[nodiscard]] static Shell between(double lower, double upper);
  [[nodiscard]] bool holds(std::int64_t norm2) const { return norm2 >= lower2 && norm2 < upper2; }
  /// Largest component that a mode of the shell may have; -1 for a shell without room for modes.
  [[nodiscard]] int largest_component() const;
};

/// Three shells, by their places in a list.
using Triangle = std::array<std::size_t, 3>;

/// Closed triples q1 + q2 + q3 = 0 with q_i in shell i of each triangle; ordered, both signs
/// counted. Exact: integer sums over pairs (q1, q2), of which the 48 symmetries of the cube leave
/// one q1 in 48; no transform and no rounding. Triangles that share their first two shells cost no
/// more than one, so name the two smaller shells first. Collective: the pairs are shared out.
[[nodiscard]] std::vector<std::uint64_t> count_triangles(const par::Comm& comm,
                                                         std::span<const Shell> shells,
                                                         std::span<const Triangle> triangles);

}  // namespace nubox::stats
