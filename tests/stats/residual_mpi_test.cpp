#include "nubox/core/error.hpp"
#include "nubox/stats/residual.hpp"

#include "stats/fields.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;

class Residual : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  std::shared_ptr<const fft::Plan> plan(std::size_t n) { return fft::Plan::create(comm_, n); }

  static std::uint64_t total(const ResidualDistribution& residual) {
    return std::accumulate(residual.counts.begin(), residual.counts.end(),
                           residual.underflow + residual.overflow);
  }
};

TEST_F(Residual, gaussian_noise_lies_on_the_diagonal_of_the_qq_plot) {
  constexpr std::size_t n = 32;
  auto mesh = testing::white_noise(plan(n), box_mpch, 1);
  testing::for_each_cell(mesh, [](float& v, auto...) { v = 0.5F * v - 0.1F; });
  const auto residual = measure_residual(mesh);
  const double cells = static_cast<double>(n * n * n), standard_error = 1 / std::sqrt(cells);
  EXPECT_NEAR(residual.mean, -0.1, 4 * 0.5 * standard_error);
  EXPECT_NEAR(residual.sigma, 0.5, 4 * 0.5 * standard_error / std::sqrt(2.0));
  EXPECT_NEAR(residual.skewness, 0, 4 * std::sqrt(6.0) * standard_error);
  EXPECT_NEAR(residual.excess_kurtosis, 0, 4 * std::sqrt(24.0) * standard_error);
  for (std::size_t i = 0; i < residual.quantiles.size(); ++i) {
    // Error of a quantile: sqrt(p (1 - p) / cells) / density; 4 of them, and the rounding of bins.
    const double z = residual.normal_quantiles[i];
    const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2 * units::pi);
    EXPECT_NEAR(residual.quantiles[i], z,
                4 * std::sqrt(p * (1 - p) / cells) / density + 0.01 * std::abs(z));
  }
  EXPECT_EQ(total(residual), n * n * n);
}

TEST_F(Residual, quantiles_agree_with_sorting_every_value) {
  constexpr std::size_t n = 16;
  auto mesh = testing::white_noise(plan(n), box_mpch, 2);
  testing::for_each_cell(mesh, [](float& v, auto...) { v = std::exp(v); });  // far from normal
  std::vector<float> local;
  testing::for_each_cell(mesh, [&](float& v, auto...) { local.push_back(v); });
  auto sorted = comm_.all_gather(std::span<const float>(local));
  std::sort(sorted.begin(), sorted.end());
  const auto residual = measure_residual(mesh);
  const auto value_at = [&](double rank) {
    const auto i = std::clamp<std::size_t>(static_cast<std::size_t>(std::max(rank, 0.0)), 0,
                                           sorted.size() - 1);
    return (sorted[i] - residual.mean) / residual.sigma;
  };
  for (std::size_t i = 0; i < residual.quantiles.size(); ++i) {
    const double rank = static_cast<double>(sorted.size()) * 0.5 *
                        std::erfc(-residual.normal_quantiles[i] / std::sqrt(2.0));
    // Between the order statistics beside the rank, but for the width of a bin (1 / 256).
    const double slack = 1e-6 + std::abs(residual.quantiles[i]) / 256;
    EXPECT_GE(residual.quantiles[i], value_at(rank - 1) - slack);
    EXPECT_LE(residual.quantiles[i], value_at(rank + 1) + slack);
  }
}

TEST_F(Residual, histogram_equals_a_naive_count_over_its_edges) {
  auto mesh = testing::white_noise(plan(12), box_mpch, 3);
  const auto residual = measure_residual(mesh);
  EXPECT_DOUBLE_EQ(residual.edges.front(), -residual.edges.back());
  std::vector<std::uint64_t> counts(residual.counts.size(), 0);
  testing::for_each_cell(mesh, [&](float& value, auto...) {
    const auto above =
        std::upper_bound(residual.edges.begin(), residual.edges.end(), double{value});
    ++counts[static_cast<std::size_t>(above - residual.edges.begin()) - 1];
  });
  comm_.all_reduce(std::span<std::uint64_t>(counts));
  // Values on an edge to the last bit of a double may fall on either side: none do here.
  EXPECT_EQ(counts, residual.counts);
}

TEST_F(Residual, of_identical_fields_is_a_spike_at_zero) {
  const fft::MeshField zero(plan(8), box_mpch);
  const auto residual = measure_residual(zero);
  EXPECT_EQ(residual.sigma, 0.0);
  EXPECT_EQ(residual.skewness, 0.0);
  EXPECT_EQ(total(residual), 512U);
  EXPECT_EQ(residual.underflow + residual.overflow, 0U);
  for (const double q : residual.quantiles) EXPECT_NEAR(q, 0.0, 1e-30);
}

TEST_F(Residual, values_that_are_not_finite_are_refused_by_all_ranks) {
  fft::MeshField mesh(plan(8), box_mpch);
  if (comm_.is_root()) mesh.value(0, 1, 2) = std::numeric_limits<float>::quiet_NaN();
  try {
    (void)measure_residual(mesh);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::numerical);
    EXPECT_TRUE(error.agreed());
  }
}

TEST_F(Residual, slab_is_the_mean_over_its_planes_in_order_of_x_and_y) {
  constexpr std::size_t n = 8;
  fft::MeshField mesh(plan(n), box_mpch);
  testing::for_each_cell(mesh, [](float& v, std::size_t x, std::size_t y, std::size_t z) {
    v = static_cast<float>(100 * x + 10 * y + z);
  });
  const auto map = project_slab(mesh, 3);
  ASSERT_EQ(map.size(), n * n);
  for (std::size_t x = 0; x < n; ++x) {
    for (std::size_t y = 0; y < n; ++y) {
      EXPECT_EQ(map[x * n + y], static_cast<float>(100 * x + 10 * y + 1));
    }
  }
}

}  // namespace
}  // namespace nubox::stats
