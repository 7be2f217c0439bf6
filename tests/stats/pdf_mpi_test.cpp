#include "nubox/core/error.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/pdf.hpp"
#include "nubox/stats/top_hat.hpp"

#include "stats/fields.hpp"

#include <algorithm>
#include <tuple>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using testing::for_each_cell;

constexpr double box_mpch = 100.0;

class Pdf : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
};

TEST_F(Pdf, default_edges_are_evenly_spaced_in_the_logarithm) {
  const auto edges = logarithmic_edges(-2, 2, 100);
  ASSERT_EQ(edges.size(), 100U);
  EXPECT_DOUBLE_EQ(edges.front(), 0.01);
  EXPECT_DOUBLE_EQ(edges.back(), 100.0);
  for (std::size_t i = 1; i < edges.size(); ++i) {
    EXPECT_NEAR(edges[i] / edges[i - 1], std::pow(10.0, 4.0 / 99.0), 1e-12);
  }
  EXPECT_THROW((void)logarithmic_edges(2, -2, 100), UsageError);
  EXPECT_THROW((void)logarithmic_edges(-2, 2, 1), UsageError);
}

TEST_F(Pdf, bins_are_half_open_and_the_rest_is_counted_outside) {
  fft::MeshField mesh(fft::Plan::create(comm_, 4), box_mpch);
  // By z: below (negative too), on the lowest edge, on an inner edge, and on the highest.
  const float rows[2][4] = {{-1.0F, 0.5F, 1.0F, 4.0F}, {0.25F, 0.999F, 3.999F, 1e30F}};
  for_each_cell(mesh, [&](float& value, std::size_t x, auto, auto z) { value = rows[x % 2][z]; });
  const std::vector<double> edges = {0.5, 1.0, 4.0};
  const Histogram histogram = count_cells(mesh, edges);
  EXPECT_EQ(histogram.underflow, 16U);
  EXPECT_EQ(histogram.counts, (std::vector<std::uint64_t>{16, 16}));
  EXPECT_EQ(histogram.overflow, 16U);
}

TEST_F(Pdf, counts_equal_a_linear_search_over_the_edges) {
  auto mesh = testing::white_noise(fft::Plan::create(comm_, 16), box_mpch, 4);
  for_each_cell(mesh, [](float& value, auto...) { value = std::exp(1.5F * value); });
  const auto edges = logarithmic_edges(-1, 1, 57);
  std::vector<std::uint64_t> slots(edges.size() + 1, 0);
  for_each_cell(mesh, [&](float value, auto...) {
    const auto above = std::count_if(edges.begin(), edges.end(), [&](double edge) {
      return static_cast<double>(value) >= edge;
    });
    ++slots[static_cast<std::size_t>(above)];
  });
  comm_.all_reduce(std::span<std::uint64_t>(slots));
  const Histogram histogram = count_cells(mesh, edges);
  EXPECT_EQ(histogram.underflow, slots.front());
  EXPECT_EQ(histogram.overflow, slots.back());
  EXPECT_TRUE(std::equal(histogram.counts.begin(), histogram.counts.end(), slots.begin() + 1));
  EXPECT_GT(histogram.underflow, 0U);
  EXPECT_GT(histogram.overflow, 0U);
}

TEST_F(Pdf, refuses_edges_that_make_no_bins_and_modes) {
  fft::MeshField mesh(fft::Plan::create(comm_, 4), box_mpch);
  for (const std::vector<double>& edges :
       {std::vector<double>{1.0}, {1.0, 1.0}, {2.0, 1.0}, {0.0, 1.0}, {-1.0, 1.0}}) {
    EXPECT_THROW((void)count_cells(mesh, edges), UsageError);
  }
  mesh.reset_as_modes();
  EXPECT_THROW((void)count_cells(mesh, logarithmic_edges(-1, 1, 5)), InternalError);
}

TEST_F(Pdf, moments_of_a_two_valued_field_are_the_analytic_ones) {
  // A quarter of the cells at 2.5, the others at 0.5: d = 1.5 and -0.5 about a mean of 1.
  fft::MeshField mesh(fft::Plan::create(comm_, 8), box_mpch);
  for_each_cell(mesh,
                [](float& value, auto, auto, std::size_t z) { value = z % 4 == 0 ? 2.5F : 0.5F; });
  const Moments moments = measure_moments(mesh);
  const double m2 = 0.25 * 2.25 + 0.75 * 0.25, m3 = 0.25 * 3.375 - 0.75 * 0.125,
               m4 = 0.25 * 5.0625 + 0.75 * 0.0625;
  EXPECT_DOUBLE_EQ(moments.mean, 1.0);
  EXPECT_NEAR(moments.variance, m2, 1e-12);
  EXPECT_NEAR(moments.s3, m3 / (m2 * m2), 1e-12);
  EXPECT_NEAR(moments.s4, (m4 - 3 * m2 * m2) / (m2 * m2 * m2), 1e-12);
  EXPECT_EQ(moments.min, 0.5);
  EXPECT_EQ(moments.max, 2.5);
}

TEST_F(Pdf, of_a_smoothed_field_with_a_known_answer_is_of_the_ratio_not_the_contrast) {
  // A constant contrast of 0.5 is a ratio of 1.5, which the top-hat does not change.
  const auto plan = fft::Plan::create(comm_, 8);
  fft::MeshField mesh(plan, box_mpch);
  mesh.fill(0.5F);
  mesh.to_modes();
  for (const auto kind : {TopHatKind::discrete, TopHatKind::analytic}) {
    const auto ratio = TopHat(plan, box_mpch, 30.0, kind).smooth_ratio(mesh);
    const Histogram histogram = count_cells(ratio, std::vector<double>{0.4, 0.6, 1.4, 1.6});
    EXPECT_EQ(histogram.counts, (std::vector<std::uint64_t>{0, 0, 512}));
  }
}

/// Radius over cell side and the number of cells within (counted independently).
class DiscreteTopHat : public ::testing::TestWithParam<std::tuple<double, std::size_t, double>> {};
INSTANTIATE_TEST_SUITE_P(Radii, DiscreteTopHat,
                         ::testing::Values(std::tuple(5.0, 81, 5.242),
                                           std::tuple(10.0, 587, 10.145),
                                           std::tuple(15.0, 1863, 14.909)));

TEST_P(DiscreteTopHat, averages_over_the_tabulated_number_of_cells) {
  const auto [radius, cells, effective] = GetParam();
  const auto comm = par::Comm::world();
  // 32 cells of 1000 / 512 Mpc/h.
  const TopHat top_hat(fft::Plan::create(comm, 32), 62.5, radius, TopHatKind::discrete);
  EXPECT_EQ(top_hat.cells(), cells);
  EXPECT_NEAR(top_hat.effective_radius_mpch(), effective, 1e-3);
}

TEST_F(Pdf, discrete_top_hat_of_a_single_cell_is_the_ball_around_it) {
  const auto plan = fft::Plan::create(comm_, 12);
  fft::MeshField mesh(plan, 12.0);
  const std::size_t at[3] = {11, 0, 5};
  for_each_cell(mesh, [&](float& value, auto x, auto y, auto z) {
    value = x == at[0] && y == at[1] && z == at[2] ? 1.0F : 0.0F;
  });
  mesh.to_modes();
  // R = 3 cells exactly: the nodes on the sphere belong to it. 123 cells.
  const TopHat top_hat(plan, 12.0, 3.0, TopHatKind::discrete);
  EXPECT_EQ(top_hat.cells(), 123U);
  auto ratio = top_hat.smooth_ratio(mesh);
  const auto distance2 = [](std::size_t a, std::size_t b) {
    const std::size_t d = a > b ? a - b : b - a;
    return std::min(d, 12 - d) * std::min(d, 12 - d);
  };
  for_each_cell(ratio, [&](float value, auto x, auto y, auto z) {
    const bool inside = distance2(x, at[0]) + distance2(y, at[1]) + distance2(z, at[2]) <= 9;
    ASSERT_NEAR(value, 1.0 + (inside ? 1.0 / 123.0 : 0.0), 1e-6) << x << " " << y << " " << z;
  });
}

TEST_F(Pdf, analytic_top_hat_multiplies_a_wave_by_its_window) {
  const auto plan = fft::Plan::create(comm_, 16);
  fft::MeshField mesh(plan, box_mpch);
  const double step = 2.0 * units::pi / 16;
  const auto wave = [&](auto x, auto z) {
    return std::cos(step * (2.0 * static_cast<double>(x) + static_cast<double>(z)));
  };
  for_each_cell(
      mesh, [&](float& value, auto x, auto, auto z) { value = static_cast<float>(wave(x, z)); });
  mesh.to_modes();
  const double radius = 12.0, kr = 2.0 * units::pi / box_mpch * std::sqrt(5.0) * radius;
  const double window = 3.0 * (std::sin(kr) - kr * std::cos(kr)) / (kr * kr * kr);
  auto ratio = TopHat(plan, box_mpch, radius, TopHatKind::analytic).smooth_ratio(mesh);
  for_each_cell(ratio, [&](float value, auto x, auto, auto z) {
    ASSERT_NEAR(value, 1.0 + window * wave(x, z), 2e-6);
  });
}

TEST_F(Pdf, top_hat_that_does_not_fit_the_box_is_a_usage_error) {
  const auto plan = fft::Plan::create(comm_, 8);
  for (const double radius : {0.0, -1.0, 50.0, std::nan("")}) {
    try {
      const TopHat top_hat(plan, box_mpch, radius, TopHatKind::analytic);
      FAIL() << "accepted " << radius;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::usage);
      EXPECT_TRUE(error.agreed());
    }
  }
}

TEST_F(Pdf, counts_do_not_depend_on_the_number_of_ranks) {
  const auto measure_on = [](const par::Comm& comm) {
    const auto plan = fft::Plan::create(comm, 16);
    const auto psi = testing::poisson_displacement(par::SlabLayout(comm, 16), box_mpch, 9);
    const auto modes = density_modes(testing::tracers_of(psi), plan, field::Assignment::cic);
    const auto ratio = TopHat(plan, box_mpch, 10.0, TopHatKind::discrete).smooth_ratio(modes);
    return std::pair(count_cells(ratio, logarithmic_edges(-1, 1, 20)), measure_moments(ratio));
  };
  const auto self = par::Comm::self();
  const auto [together, moments_together] = measure_on(comm_);
  const auto [alone, moments_alone] = measure_on(self);
  EXPECT_NEAR(moments_together.mean, 1.0, 1e-7);
  EXPECT_NEAR(moments_together.variance, moments_alone.variance, 1e-6 * moments_alone.variance);
  for (std::size_t b = 0; b < alone.counts.size(); ++b) {
    // A value on an edge may fall on either side with the last bit.
    EXPECT_NEAR(static_cast<double>(together.counts[b]), static_cast<double>(alone.counts[b]), 2.0);
  }
}

}  // namespace
}  // namespace nubox::stats
