#include "nubox/stats/triangles.hpp"

#include "nubox/core/log.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace nubox::stats {
namespace {

/// Smallest integer whose root is at least q. Edges that are integers up to rounding are exact.
std::int64_t square_from(double q) {
  constexpr double rounding = 1e-9;
  return q <= 0 ? 0 : static_cast<std::int64_t>(std::ceil(q * q - rounding));
}

/// Modes of one shell by component: the inner loop runs over them.
struct Modes {
  std::vector<std::int32_t> x, y, z;
};

Modes modes_of(const Shell& shell) {
  Modes modes;
  const int limit = shell.largest_component();
  for (int x = -limit; x <= limit; ++x) {
    for (int y = -limit; y <= limit; ++y) {
      for (int z = -limit; z <= limit; ++z) {
        if (!shell.holds(std::int64_t{x} * x + std::int64_t{y} * y + std::int64_t{z} * z)) continue;
        modes.x.push_back(x);
        modes.y.push_back(y);
        modes.z.push_back(z);
      }
    }
  }
  return modes;
}

/// A mode x >= y >= z >= 0 and the number of its images under the symmetries of the cube.
struct Representative {
  std::int32_t x, y, z;
  std::uint64_t orbit;
};

std::vector<Representative> representatives_of(const Shell& shell) {
  std::vector<Representative> list;
  const int limit = shell.largest_component();
  for (int x = 0; x <= limit; ++x) {
    for (int y = 0; y <= x; ++y) {
      for (int z = 0; z <= y; ++z) {
        if (!shell.holds(std::int64_t{x} * x + std::int64_t{y} * y + std::int64_t{z} * z)) continue;
        const std::uint64_t orders = x == y && y == z ? 1 : x == y || y == z ? 3 : 6;
        const int signs = (x != 0) + (y != 0) + (z != 0);
        list.push_back({x, y, z, orders << signs});
      }
    }
  }
  return list;
}

/// Number of pairs (q1, q2) by |q1 + q2|^2, for the representatives q1 of this rank.
std::vector<std::uint64_t> pairs_by_norm2(const par::Comm& comm, const Shell& first,
                                          const Shell& second) {
  const int reach = first.largest_component() + second.largest_component() + 2;  // > |q1| + |q2|
  std::vector<std::uint64_t> pairs(static_cast<std::size_t>(reach * reach) + 1, 0);
  const Modes modes = modes_of(second);
  const auto all = representatives_of(first);
  for (auto r = static_cast<std::size_t>(comm.rank()); r < all.size();
       r += static_cast<std::size_t>(comm.size())) {
    const Representative& q1 = all[r];
    for (std::size_t i = 0; i < modes.x.size(); ++i) {
      const std::int32_t x = q1.x + modes.x[i], y = q1.y + modes.y[i], z = q1.z + modes.z[i];
      pairs[static_cast<std::size_t>(x * x + y * y + z * z)] += q1.orbit;
    }
  }
  return pairs;
}

}  // namespace

Shell Shell::between(double lower, double upper) {
  return {std::max<std::int64_t>(1, square_from(lower)), square_from(upper)};
}

int Shell::largest_component() const {
  if (upper2 <= lower2) return -1;
  auto root = static_cast<std::int64_t>(std::sqrt(static_cast<double>(upper2 - 1)));
  while (root * root >= upper2) --root;
  while ((root + 1) * (root + 1) < upper2) ++root;
  return static_cast<int>(root);
}

std::vector<std::uint64_t> count_triangles(const par::Comm& comm, std::span<const Shell> shells,
                                           std::span<const Triangle> triangles) {
  std::map<std::pair<std::size_t, std::size_t>, std::vector<std::size_t>> by_pair;
  for (std::size_t t = 0; t < triangles.size(); ++t) {
    by_pair[{triangles[t][0], triangles[t][1]}].push_back(t);
  }
  std::vector<std::uint64_t> counts(triangles.size(), 0);
  for (const auto& [pair, members] : by_pair) {
    log::beat();
    const auto pairs = pairs_by_norm2(comm, shells[pair.first], shells[pair.second]);
    for (const std::size_t t : members) {
      const Shell& third = shells[triangles[t][2]];
      const auto end = std::min(third.upper2, static_cast<std::int64_t>(pairs.size()));
      for (std::int64_t norm2 = third.lower2; norm2 < end; ++norm2) {
        counts[t] += pairs[static_cast<std::size_t>(norm2)];
      }
    }
  }
  comm.all_reduce(std::span<std::uint64_t>(counts));
  return counts;
}

}  // namespace nubox::stats
