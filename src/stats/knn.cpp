#include "nubox/stats/knn.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"

#include "stats/friends_slabs.hpp"
#include "stats/knn_search.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

/// A point whose nearest particles may be on another rank.
struct Query {
  field::ParticlePosition point;
  std::uint32_t number;  ///< on the rank of the point
  std::uint64_t bound;
};

void check(const par::Comm& comm, std::uint64_t particles, std::size_t points_per_side,
           std::span<const std::size_t> k, std::span<const double> radii) {
  par::agree(comm, [&] {
    const auto ascends = [](const auto& values) {
      return std::adjacent_find(values.begin(), values.end(), std::greater_equal<>()) ==
             values.end();
    };
    if (k.empty() || k.front() == 0 || !ascends(k)) {
      throw UsageError("nearest neighbours are numbered from 1 and have to ascend (knn.k)");
    }
    if (k.back() > particles) {
      throw UsageError("there is no neighbour {} among {} particles (knn.k)", k.back(), particles);
    }
    if (radii.empty() || !(radii.front() >= 0) || !ascends(radii)) {
      throw UsageError("the radii of nearest neighbours have to ascend (knn.radii_mpch)");
    }
    if (points_per_side == 0 || points_per_side > 4096) {
      throw UsageError("a grid of {} points per side has no points or too many (knn.points)",
                       points_per_side);
    }
  });
}

/// The points of the grid in the planes of this rank.
std::vector<field::ParticlePosition> own_points(const FriendsSlabs& slabs, const FriendsGrid& grid,
                                                std::size_t per_side) {
  std::vector<field::BoxFraction> at;
  for (std::size_t i = 0; i < per_side; ++i) {
    at.push_back(static_cast<field::BoxFraction>((std::uint64_t{i} << 32) / per_side));
  }
  std::vector<field::ParticlePosition> points;
  for (const auto x : at) {
    if (slabs.owner(grid.block_index(x)) != slabs.comm().rank()) continue;
    for (const auto y : at) {
      for (const auto z : at) points.push_back({x, y, z});
    }
  }
  return points;
}

/// Nearest particles of the points of this rank.
class Neighbours {
 public:
  Neighbours(const FriendsSlabs& slabs, const FriendsGrid& grid, const SortedParticles& particles,
             std::vector<field::ParticlePosition> points, std::size_t count)
      : slabs_(slabs),
        grid_(grid),
        particles_(particles),
        points_(std::move(points)),
        count_(count),
        best_(points_.size() * count, Nearest::far) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      Nearest nearest(best(i), Nearest::far);
      find_nearest(grid_, particles_, points_[i], nearest);
      if (i % 65536 == 0) log::beat();
    }
    ask_other_ranks();
  }

  [[nodiscard]] std::size_t points() const { return points_.size(); }
  /// Square of the distance to neighbour k = 1, 2, ...
  [[nodiscard]] std::uint64_t distance2(std::size_t point, std::size_t k) const {
    return best_[point * count_ + k - 1];
  }

 private:
  [[nodiscard]] std::span<std::uint64_t> best(std::size_t point) {
    return std::span(best_).subspan(point * count_, count_);
  }

  /// Ranks with planes nearer to a point than its last neighbour here.
  [[nodiscard]] std::vector<int> ranks_within(std::size_t point) const {
    const auto side = static_cast<std::ptrdiff_t>(grid_.blocks);
    const double distance = std::sqrt(static_cast<double>(distance2(point, count_))) / 0x1p32;
    const auto reach =
        std::min(side / 2, static_cast<std::ptrdiff_t>(distance * static_cast<double>(side)) + 1);
    const auto at = static_cast<std::ptrdiff_t>(grid_.block_index(points_[point].x));
    std::vector<int> ranks;
    for (std::ptrdiff_t d = -reach; d <= reach; ++d) {
      const int rank = slabs_.owner(static_cast<std::uint64_t>((at + d + side) % side));
      if (rank == slabs_.comm().rank()) continue;
      if (std::find(ranks.begin(), ranks.end(), rank) == ranks.end()) ranks.push_back(rank);
    }
    return ranks;
  }

  /// Collective.
  void ask_other_ranks() {
    const par::Comm& comm = slabs_.comm();
    std::vector<std::vector<Query>> by_rank(static_cast<std::size_t>(comm.size()));
    if (comm.size() > 1) {
      for (std::size_t i = 0; i < points_.size(); ++i) {
        for (const int rank : ranks_within(i)) {
          by_rank[static_cast<std::size_t>(rank)].push_back(
              {points_[i], static_cast<std::uint32_t>(i), distance2(i, count_)});
        }
      }
    }
    std::vector<Query> asked;
    std::vector<std::size_t> asked_counts, heard_counts;
    for (const auto& queries : by_rank) {
      asked.insert(asked.end(), queries.begin(), queries.end());
      asked_counts.push_back(queries.size());
    }
    const auto heard = comm.all_to_all(asked, asked_counts, &heard_counts);
    std::vector<std::uint64_t> answers(heard.size() * count_, Nearest::far);
    for (std::size_t i = 0; i < heard.size(); ++i) {
      const std::span<std::uint64_t> best =
          std::span<std::uint64_t>(answers).subspan(i * count_, count_);
      Nearest nearest(best, heard[i].bound);
      find_nearest(grid_, particles_, heard[i].point, nearest);
    }
    for (std::size_t& count : heard_counts) count *= count_;
    const auto answered = comm.all_to_all(answers, heard_counts);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      Nearest nearest(best(asked[i].number), Nearest::far);
      for (std::size_t j = 0; j < count_; ++j) nearest.add(answered[i * count_ + j]);
    }
  }

  const FriendsSlabs& slabs_;
  FriendsGrid grid_;
  const SortedParticles& particles_;
  std::vector<field::ParticlePosition> points_;
  std::size_t count_;
  std::vector<std::uint64_t> best_;  ///< [points][count]
};

}  // namespace

KnnCounts count_nearest(const par::Comm& comm, std::vector<field::ParticlePosition> positions,
                        std::size_t points_per_side, std::span<const std::size_t> k,
                        std::span<const double> radii) {
  const auto total = comm.all_reduce(static_cast<std::uint64_t>(positions.size()));
  check(comm, total, points_per_side, k, radii);
  // A grid for friends has about as many blocks as particles.
  const FriendsGrid grid(std::min(0.4, 0.2 / std::cbrt(static_cast<double>(total))), total);
  const FriendsSlabs slabs(comm, grid, positions);
  const FriendsExchange exchange(slabs, grid, std::move(positions), false);
  const Neighbours neighbours(slabs, grid, exchange.particles(),
                              own_points(slabs, grid, points_per_side), k.back());
  std::vector<std::uint64_t> limits;
  for (const double radius : radii) {
    // The farthest point of a periodic box is at 0.87.
    const double units = std::min(radius, 0.9) * 0x1p32;
    limits.push_back(static_cast<std::uint64_t>(units * units));
  }
  KnnCounts counts;
  counts.points = std::uint64_t{points_per_side} * points_per_side * points_per_side;
  counts.within.assign(k.size() * radii.size(), 0);
  for (std::size_t i = 0; i < neighbours.points(); ++i) {
    for (std::size_t j = 0; j < k.size(); ++j) {
      const auto first =
          std::lower_bound(limits.begin(), limits.end(), neighbours.distance2(i, k[j]));
      if (first == limits.end()) continue;
      ++counts.within[j * radii.size() + static_cast<std::size_t>(first - limits.begin())];
    }
  }
  comm.all_reduce(std::span<std::uint64_t>(counts.within));
  for (std::size_t j = 0; j < k.size(); ++j) {
    for (std::size_t r = 1; r < radii.size(); ++r) {
      counts.within[j * radii.size() + r] += counts.within[j * radii.size() + r - 1];
    }
  }
  return counts;
}

}  // namespace nubox::stats
