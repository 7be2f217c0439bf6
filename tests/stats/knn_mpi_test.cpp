#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/knn.hpp"

#include "stats/fields.hpp"
#include "support/files.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using Positions = std::vector<field::ParticlePosition>;

class NearestNeighbours : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  static field::BoxFraction fraction(double x) {
    return static_cast<field::BoxFraction>(static_cast<std::int64_t>(std::floor(x * 0x1p32)));
  }
  static Positions uniform(std::size_t count, std::uint64_t seed) {
    Positions positions;
    for (std::size_t i = 0; i < count; ++i) {
      positions.push_back({fraction(testing::hashed(seed + i, 0)),
                           fraction(testing::hashed(seed + i, 1)),
                           fraction(testing::hashed(seed + i, 2))});
    }
    return positions;
  }
  /// Every third particle, say, on 3 ranks.
  Positions own(const Positions& all) {
    Positions positions;
    const auto ranks = static_cast<std::size_t>(comm_.size());
    for (auto i = static_cast<std::size_t>(comm_.rank()); i < all.size(); i += ranks) {
      positions.push_back(all[i]);
    }
    return positions;
  }

  static std::vector<std::uint64_t> naive(const Positions& positions, std::size_t per_side,
                                          const std::vector<std::size_t>& k,
                                          const std::vector<double>& radii) {
    std::vector<std::uint64_t> within(k.size() * radii.size(), 0);
    for (std::size_t i = 0; i < per_side * per_side * per_side; ++i) {
      const std::size_t index[3] = {i / (per_side * per_side), i / per_side % per_side,
                                    i % per_side};
      std::vector<double> distances;
      for (const auto& p : positions) {
        const field::BoxFraction x[3] = {p.x, p.y, p.z};
        double d2 = 0;
        for (int c = 0; c < 3; ++c) {
          double d = x[c] / 0x1p32 - std::floor(static_cast<double>(index[c]) * 0x1p32 /
                                                static_cast<double>(per_side)) /
                                         0x1p32;
          d -= std::round(d);
          d2 += d * d;
        }
        distances.push_back(std::sqrt(d2));
      }
      std::sort(distances.begin(), distances.end());
      for (std::size_t j = 0; j < k.size(); ++j) {
        for (std::size_t r = 0; r < radii.size(); ++r) {
          within[j * radii.size() + r] += distances[k[j] - 1] <= radii[r] ? 1 : 0;
        }
      }
    }
    return within;
  }
  void expect_naive(const Positions& positions, std::size_t per_side,
                    const std::vector<std::size_t>& k, const std::vector<double>& radii) {
    const KnnCounts counts = count_nearest(comm_, own(positions), per_side, k, radii);
    EXPECT_EQ(counts.points, per_side * per_side * per_side);
    EXPECT_EQ(counts.within, naive(positions, per_side, k, radii));
  }
};

TEST_F(NearestNeighbours, of_uniform_particles_are_those_of_all_distances) {
  expect_naive(uniform(700, 5), 7, {1, 2, 4, 8}, {0.01, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2});
  expect_naive(uniform(9, 5), 5, {1, 3, 9}, {0.1, 0.2, 0.3, 0.5, 0.7, 0.87});
  expect_naive(uniform(1, 3), 4, {1}, {0.2, 0.5, 0.8});
}

TEST_F(NearestNeighbours, far_from_a_cluster_are_found_across_all_ranks) {
  Positions positions = uniform(300, 8);
  for (auto& p : positions) p = {p.x / 64, p.y / 64, p.z / 64};
  expect_naive(positions, 6, {1, 5, 300}, {0.05, 0.2, 0.4, 0.6, 0.8});
  Positions doubled(50, positions[0]);
  expect_naive(doubled, 5, {1, 50}, {0.1, 0.4, 0.7});
}

TEST_F(NearestNeighbours, of_poisson_particles_have_the_analytic_distribution) {
  constexpr std::size_t particles = 4000, per_side = 16;
  const std::vector<double> radii{0.02, 0.03, 0.045};
  const std::vector<std::size_t> k{1, 2, 4};
  const KnnCounts counts = count_nearest(comm_, own(uniform(particles, 40)), per_side, k, radii);
  for (std::size_t j = 0; j < k.size(); ++j) {
    for (std::size_t r = 0; r < radii.size(); ++r) {
      const double mean = particles * 4 * units::pi / 3 * std::pow(radii[r], 3);
      double below = 0, term = std::exp(-mean);
      for (std::size_t i = 0; i < k[j]; ++i) {
        below += term;
        term *= mean / static_cast<double>(i + 1);
      }
      const double cdf = static_cast<double>(counts.within[j * radii.size() + r]) /
                         static_cast<double>(counts.points);
      // Four standard deviations of 4096 independent points.
      EXPECT_NEAR(cdf, 1 - below, 4 * 0.5 / 64) << k[j] << " " << radii[r];
    }
  }
}

TEST_F(NearestNeighbours, that_do_not_exist_are_refused) {
  const Positions positions = own(uniform(6, 1));
  const std::vector<double> radii{0.1, 0.2};
  for (const auto& k : {std::vector<std::size_t>{}, {0, 1}, {2, 2}, {2, 1}, {7}}) {
    const auto error = test::error_of([&] { (void)count_nearest(comm_, positions, 4, k, radii); });
    ASSERT_TRUE(error.has_value());
    EXPECT_TRUE(error->agreed());
    EXPECT_EQ(error->code(), ExitCode::usage);
  }
  const std::vector<std::size_t> one{1};
  for (const auto& wrong : {std::vector<double>{}, {0.2, 0.1}, {-0.1, 0.1}, {std::nan("")}}) {
    EXPECT_TRUE(test::error_of([&] { (void)count_nearest(comm_, positions, 4, one, wrong); }));
  }
  EXPECT_TRUE(test::error_of([&] { (void)count_nearest(comm_, positions, 0, one, radii); }));
}

}  // namespace
}  // namespace nubox::stats
