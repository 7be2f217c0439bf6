#pragma once

#include "nubox/field/particle_positions.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

namespace nubox::stats::testing {

/// Friends of friends by all pairs: for every particle the first particle of its group, or its
/// number of particles as "none" in groups that are too small.
inline std::vector<std::size_t> naive_groups(double linking_length,
                                             const std::vector<field::ParticlePosition>& positions,
                                             std::uint64_t least) {
  const std::size_t n = positions.size();
  std::vector<std::size_t> group(n);
  std::iota(group.begin(), group.end(), std::size_t{0});
  const auto separation = [](field::BoxFraction a, field::BoxFraction b) {
    const auto d = static_cast<long double>(a > b ? a - b : b - a) / 0x1p32L;
    return d > 0.5L ? 1 - d : d;
  };
  bool changed = true;
  while (changed) {
    changed = false;
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (group[i] == group[j]) continue;
        const long double dx = separation(positions[i].x, positions[j].x);
        const long double dy = separation(positions[i].y, positions[j].y);
        const long double dz = separation(positions[i].z, positions[j].z);
        if (dx * dx + dy * dy + dz * dz > static_cast<long double>(linking_length) * linking_length)
          continue;
        const std::size_t low = std::min(group[i], group[j]), high = std::max(group[i], group[j]);
        for (std::size_t& g : group) g = g == high ? low : g;
        changed = true;
      }
    }
  }
  std::vector<std::uint64_t> counts(n, 0);
  for (const std::size_t g : group) ++counts[g];
  for (std::size_t& g : group) {
    if (counts[g] < least) g = n;
  }
  return group;
}

}  // namespace nubox::stats::testing
