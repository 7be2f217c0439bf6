#pragma once

#include "stats/friends_grid.hpp"

#include <cstdint>
#include <vector>

namespace nubox::stats {

/// Disjoint sets of particles; the root of a set is its first particle.
class DisjointSets {
 public:
  explicit DisjointSets(std::uint32_t count);

  [[nodiscard]] std::uint32_t root(std::uint32_t i) {
    while (parent_[i] != i) {
      parent_[i] = parent_[parent_[i]];
      i = parent_[i];
    }
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    a = root(a);
    b = root(b);
    if (a < b) {
      parent_[b] = a;
    } else {
      parent_[a] = b;
    }
  }

 private:
  std::vector<std::uint32_t> parent_;
};

/// The sets of friends among these particles; pairs within the last plane of a part of the box are
/// left out, since that plane is there for its links with the plane before. Rank-local.
[[nodiscard]] DisjointSets link_friends(const FriendsGrid& grid, const SortedParticles& particles);

}  // namespace nubox::stats
