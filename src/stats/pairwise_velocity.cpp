#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/halo_clustering.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

constexpr double pair_velocity_units = 0x1p12;  ///< per km/s

/// PairSums over the pairs of a bin, whole numbers; squares in two words of 32 bits.
struct PairSums {
  std::uint64_t pairs = 0, square_high = 0, square_low = 0;
  std::int64_t velocity = 0;
};

/// Cells about as large as the largest distance, for haloes of ascending index.
class HaloCells {
 public:
  HaloCells(std::span<const Halo> haloes, double box_mpch, double reach_mpch)
      : side_(std::clamp<std::size_t>(static_cast<std::size_t>(box_mpch / reach_mpch), 1, 256)),
        box_mpch_(box_mpch),
        members_(side_ * side_ * side_) {
    for (std::uint32_t i = 0; i < haloes.size(); ++i) {
      members_[cell(at(haloes[i]))].push_back(i);
    }
  }

  /// Calls visit(j) for the haloes j < i in the cells about halo i, each once.
  template <class Visit>
  void for_each_before(const Halo& halo, std::uint32_t i, Visit&& visit) const {
    const auto own = at(halo);
    const auto around = [&](std::size_t centre) {
      std::vector<std::size_t> cells{centre};
      if (side_ > 1) cells.push_back((centre + 1) % side_);
      if (side_ > 2) cells.push_back((centre + side_ - 1) % side_);
      return cells;
    };
    for (const std::size_t x : around(own[0])) {
      for (const std::size_t y : around(own[1])) {
        for (const std::size_t z : around(own[2])) {
          for (const std::uint32_t j : members_[cell({x, y, z})]) {
            if (j >= i) break;
            visit(j);
          }
        }
      }
    }
  }

 private:
  using Index = std::array<std::size_t, 3>;
  [[nodiscard]] Index at(const Halo& halo) const {
    Index index;
    for (std::size_t c = 0; c < 3; ++c) {
      const double cells = halo.position_mpch[c] / box_mpch_ * static_cast<double>(side_);
      index[c] = std::min(static_cast<std::size_t>(cells), side_ - 1);
    }
    return index;
  }
  [[nodiscard]] std::size_t cell(const Index& index) const {
    return (index[0] * side_ + index[1]) * side_ + index[2];
  }

  std::size_t side_;
  double box_mpch_;
  std::vector<std::vector<std::uint32_t>> members_;
};

void add_pair(const Halo& a, const Halo& b, double box_mpch, std::span<const double> edges,
              std::vector<PairSums>& sums) {
  double d2 = 0, along = 0;
  for (std::size_t c = 0; c < 3; ++c) {
    const double d = field::minimum_image(b.position_mpch[c] - a.position_mpch[c], box_mpch);
    d2 += d * d;
    along += d * (b.velocity_kms[c] - a.velocity_kms[c]);
  }
  const double distance = std::sqrt(d2);
  if (distance >= edges.back() || !(distance > 0)) return;
  const auto above = std::upper_bound(edges.begin(), edges.end(), distance);
  PairSums& bin = sums[static_cast<std::size_t>(above - edges.begin()) - 1];
  const std::int64_t units = std::llround(along / distance * pair_velocity_units);
  const auto square = static_cast<std::uint64_t>(units * units);
  ++bin.pairs;
  bin.velocity += units;
  bin.square_high += square >> 32;
  bin.square_low += square & 0xFFFFFFFF;
}

}  // namespace

PairwiseVelocity pairwise_velocity(const par::Comm& comm, const HaloCatalogue& catalogue,
                                   double least_mass_msunh, double box_size_mpch,
                                   std::span<const double> edges_mpch) {
  par::agree(comm, [&] {
    const bool ascend = std::adjacent_find(edges_mpch.begin(), edges_mpch.end(),
                                           std::greater_equal<>()) == edges_mpch.end();
    if (edges_mpch.size() >= 2 && edges_mpch.front() == 0 && ascend &&
        edges_mpch.back() <= box_size_mpch / 2) {
      return;
    }
    throw UsageError(
        "distances of pairs of haloes have to ascend from 0 to at most half the box, "
        "{} Mpc/h (haloes.pair_distance_mpch)",
        box_size_mpch / 2);
  });
  const auto heavy =
      std::partition_point(catalogue.haloes.begin(), catalogue.haloes.end(), [&](const Halo& halo) {
        return static_cast<double>(halo.particles) * catalogue.particle_mass_msunh >=
               least_mass_msunh;
      });
  const std::span<const Halo> haloes(catalogue.haloes.begin(), heavy);
  const HaloCells cells(haloes, box_size_mpch, edges_mpch.back());
  std::vector<PairSums> sums(edges_mpch.size() - 1);
  const auto ranks = static_cast<std::uint32_t>(comm.size());
  for (auto i = static_cast<std::uint32_t>(comm.rank()); i < haloes.size(); i += ranks) {
    cells.for_each_before(haloes[i], i, [&](std::uint32_t j) {
      add_pair(haloes[i], haloes[j], box_size_mpch, edges_mpch, sums);
    });
  }
  static_assert(sizeof(PairSums) == 4 * sizeof(std::uint64_t));
  comm.all_reduce(
      std::span<std::uint64_t>(reinterpret_cast<std::uint64_t*>(sums.data()), 4 * sums.size()));
  PairwiseVelocity result;
  for (const PairSums& bin : sums) {
    const auto n = static_cast<double>(bin.pairs);  // 0 / 0 where there are none
    const double mean = static_cast<double>(bin.velocity) / n / pair_velocity_units;
    const double square =
        (static_cast<double>(bin.square_high) * 0x1p32 + static_cast<double>(bin.square_low)) / n /
        (pair_velocity_units * pair_velocity_units);
    result.pairs.push_back(bin.pairs);
    result.mean_kms.push_back(mean);
    result.dispersion_kms.push_back(bin.pairs > 0 ? std::sqrt(std::max(square - mean * mean, 0.0))
                                                  : std::numeric_limits<double>::quiet_NaN());
  }
  return result;
}

}  // namespace nubox::stats
