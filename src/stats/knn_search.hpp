#pragma once

#include "stats/friends_grid.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace nubox::stats {

/// Squared distances of the nearest particles found so far, ascending, in units of 2^-64 of the
/// box's square; `far` where there are none.
class Nearest {
 public:
  static constexpr std::uint64_t far = std::numeric_limits<std::uint64_t>::max();

  Nearest(std::span<std::uint64_t> best, std::uint64_t bound) : best_(best), bound_(bound) {}

  /// Particles beyond it are not among the nearest.
  [[nodiscard]] std::uint64_t bound() const { return std::min(bound_, best_.back()); }
  void add(std::uint64_t distance2) {
    if (distance2 >= bound()) return;
    std::size_t i = best_.size() - 1;
    for (; i > 0 && best_[i - 1] > distance2; --i) best_[i] = best_[i - 1];
    best_[i] = distance2;
  }

 private:
  std::span<std::uint64_t> best_;
  std::uint64_t bound_;
};

/// Adds the particles of this rank that are nearer to a point than the bound. The point may be
/// anywhere. Rank-local.
void find_nearest(const FriendsGrid& grid, const SortedParticles& particles,
                  const field::ParticlePosition& point, Nearest& nearest);

}  // namespace nubox::stats
