#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/stats/minkowski.hpp"

#include "stats/fields.hpp"
#include "support/files.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

class Minkowski : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  /// A field of zeros with ones where `inside` says so.
  template <class Inside>
  fft::MeshField body(std::size_t n, double box_mpch, Inside&& inside) {
    fft::MeshField mesh(fft::Plan::create(comm_, n), box_mpch);
    testing::for_each_cell(mesh, [&](float& value, std::size_t x, std::size_t y, std::size_t z) {
      value = inside(x, y, z) ? 1.0F : 0.0F;
    });
    return mesh;
  }
  std::array<double, 4> functionals_of(const fft::MeshField& mesh) {
    const std::vector<double> thresholds{0.5};
    const auto result = measure_minkowski(mesh, thresholds);
    return {result.v[0][0], result.v[1][0], result.v[2][0], result.v[3][0]};
  }
};

TEST_F(Minkowski, of_a_cuboid_are_those_of_its_cubes) {
  // 2 x 3 x 4 cubes across edges of the box: 60 vertices, 133 edges, 98 faces, 24 cubes.
  const auto mesh = body(7, 14, [](std::size_t x, std::size_t y, std::size_t z) {
    return (x + 1) % 7 < 2 && (y + 2) % 7 < 3 && (z + 1) % 7 < 4;
  });
  const std::vector<double> thresholds{-1, 0.5, 1, 1.5};
  const auto result = measure_minkowski(mesh, thresholds);
  const std::array<std::uint64_t, 4> expected{60, 133, 98, 24};
  for (std::size_t d = 0; d < 4; ++d) {
    EXPECT_EQ(result.counts[d][1], expected[d]) << d;
    EXPECT_EQ(result.counts[d][2], expected[d]) << d;  // a threshold belongs to the region
    EXPECT_EQ(result.counts[d][3], 0U) << d;
  }
  // A full torus has as many vertices as cubes and three times as many edges and faces.
  EXPECT_EQ(result.counts[1][0], 3 * 343U);
  EXPECT_EQ(result.v[0][0], 1);
  EXPECT_EQ(result.v[1][0], 0);
  EXPECT_EQ(result.v[2][0], 0);
  EXPECT_EQ(result.v[3][0], 0);
  EXPECT_NEAR(result.v[3][1] * 14 * 14 * 14, 1, 1e-12);
}

TEST_F(Minkowski, euler_characteristic_counts_parts_tunnels_and_cavities) {
  const auto chi = [&](auto&& inside) { return functionals_of(body(9, 9, inside))[3] * 729; };
  EXPECT_NEAR(chi([](std::size_t x, std::size_t y, std::size_t z) {
                return (x == 1 && y == 1 && z == 1) || (x == 5 && y == 5 && z == 8);
              }),
              2, 1e-9);
  EXPECT_NEAR(chi([](std::size_t x, std::size_t y, std::size_t z) {  // ring
                return z == 4 && x > 1 && x < 5 && y > 1 && y < 5 && !(x == 3 && y == 3);
              }),
              0, 1e-9);
  EXPECT_NEAR(chi([](std::size_t x, std::size_t y, std::size_t z) {  // hollow cube
                return x > 1 && x < 5 && y > 1 && y < 5 && z > 1 && z < 5 &&
                       !(x == 3 && y == 3 && z == 3);
              }),
              2, 1e-9);
  EXPECT_NEAR(chi([](std::size_t x, std::size_t y, std::size_t) { return x == 3 && y == 3; }), 0,
              1e-9);  // a rod around the box
}

TEST_F(Minkowski, of_a_ball_approach_those_of_a_sphere) {
  constexpr std::size_t n = 48;
  constexpr double radius = 18.3;
  const auto v = functionals_of(body(n, n, [](std::size_t x, std::size_t y, std::size_t z) {
    const auto d2 = [](std::size_t i) { return std::pow(static_cast<double>(i) - 23.7, 2); };
    return d2(x) + d2(y) + d2(z) < radius * radius;
  }));
  const double volume = std::pow(n, 3);
  // Deviations of order (cell / radius) in area and curvature.
  EXPECT_NEAR(v[0] * volume / (4 * units::pi / 3 * std::pow(radius, 3)), 1, 0.005);
  EXPECT_NEAR(v[1] * volume / (4 * units::pi * radius * radius / 6), 1, 0.02);
  EXPECT_NEAR(v[2] * volume / (4 * radius / 3), 1, 0.06);
  EXPECT_NEAR(v[3] * volume, 1, 1e-9);
}

TEST_F(Minkowski, of_a_gaussian_field_are_those_of_tomita) {
  constexpr std::size_t n = 64;
  const auto plan = fft::Plan::create(comm_, n);
  auto noise = testing::white_noise(plan, n, 3);
  noise.to_modes();
  constexpr double radius = 3;
  const auto smooth = smooth_by_gaussian(noise, radius);
  // Of white noise smoothed by a Gaussian: sigma^2 = 1 / (8 pi^1.5 R^3), sigma1^2 / 3 sigma0^2 =
  // 1 / (2 R^2).
  const double sigma = std::sqrt(1 / (8 * std::pow(units::pi, 1.5) * std::pow(radius, 3)));
  const double lambda = 1 / (std::sqrt(2.0) * radius);
  std::vector<double> thresholds;
  for (int i = -4; i <= 4; ++i) thresholds.push_back(0.5 * i * sigma);
  const auto measured = measure_minkowski(smooth, thresholds);
  for (std::size_t t = 0; t < thresholds.size(); ++t) {
    const double nu = thresholds[t] / sigma, weight = std::exp(-0.5 * nu * nu);
    const double pi2 = 2 * units::pi;
    // Scatter of one field with about (n / 4 R)^3 independent regions, relative to the maxima.
    EXPECT_NEAR(measured.v[0][t], 0.5 * std::erfc(nu / std::sqrt(2.0)), 0.02) << nu;
    EXPECT_NEAR(measured.v[1][t] / (2.0 / 3 * lambda / pi2), weight, 0.06) << nu;
    EXPECT_NEAR(measured.v[2][t] / (2.0 / 3 * lambda * lambda / std::pow(pi2, 1.5)), nu * weight,
                0.10)
        << nu;
    EXPECT_NEAR(measured.v[3][t] / (std::pow(lambda, 3) / (pi2 * pi2)), (nu * nu - 1) * weight, 0.2)
        << nu;
  }
}

TEST_F(Minkowski, are_the_same_numbers_on_every_number_of_ranks) {
  const std::vector<double> thresholds{-1, -0.2, 0, 0.3, 2};
  const auto together =
      measure_minkowski(testing::white_noise(fft::Plan::create(comm_, 13), 50, 9), thresholds);
  const auto alone = measure_minkowski(
      testing::white_noise(fft::Plan::create(par::Comm::self(), 13), 50, 9), thresholds);
  EXPECT_EQ(together.counts, alone.counts);
  EXPECT_GT(together.counts[0][1], together.counts[0][3]);
}

TEST_F(Minkowski, of_wrong_thresholds_radii_and_fields_are_refused) {
  auto mesh = testing::white_noise(fft::Plan::create(comm_, 8), 80, 1);
  for (const auto& thresholds : {std::vector<double>{}, {1, 0}, {1, 1}}) {
    const auto error = test::error_of([&] { (void)measure_minkowski(mesh, thresholds); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), ExitCode::usage);
  }
  if (mesh.layout().local().start == 0 && mesh.layout().local().count > 0) {
    mesh.value(0, 3, 5) = std::nanf("");
  }
  const std::vector<double> one{0};
  const auto error = test::error_of([&] { (void)measure_minkowski(mesh, one); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), ExitCode::numerical);
  mesh = testing::white_noise(fft::Plan::create(comm_, 8), 80, 1);
  mesh.to_modes();
  for (const double radius : {0.0, 9.9, 20.1, std::nan("")}) {
    const auto refused = test::error_of([&] { (void)smooth_by_gaussian(mesh, radius); });
    ASSERT_TRUE(refused.has_value()) << radius;
    EXPECT_TRUE(refused->agreed());
  }
}

}  // namespace
}  // namespace nubox::stats
