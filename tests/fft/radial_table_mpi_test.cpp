#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/radial_table.hpp"

#include "support/compare.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace nubox::fft {
namespace {

constexpr double side_mpch = 50;

class RadialTables : public testing::TestWithParam<std::size_t> {
 protected:
  std::size_t n_ = GetParam();
  std::shared_ptr<const Plan> plan_ = Plan::create(par::Comm::world(), n_);
  MeshField mesh_{plan_, side_mpch};
};

INSTANTIATE_TEST_SUITE_P(Sizes, RadialTables, testing::Values(4, 9, 12));

TEST_P(RadialTables, hold_the_function_at_every_mode_and_zero_at_the_origin) {
  const auto function = [](double k) { return std::exp(-k) / k; };
  const RadialTable table(mesh_, function);
  double worst = 0;
  for_each_mode(*plan_, [&](const Mode& mode, std::size_t) {
    const double n =
        std::sqrt(static_cast<double>(mode.nx * mode.nx + mode.ny * mode.ny + mode.nz * mode.nz));
    const double expected = n == 0 ? 0 : function(2 * units::pi / side_mpch * n);
    worst = std::max(worst, test::distance(table(mode), expected) / (expected + (n == 0)));
  });
  EXPECT_LE(worst, 1e-7);  // rounding to float
}

TEST_P(RadialTables, do_not_ask_at_the_origin) {
  double smallest = 1e300;
  const RadialTable table(mesh_, [&](double k) {
    smallest = std::min(smallest, k);
    return 1.0;
  });
  EXPECT_NEAR(smallest, 2 * units::pi / side_mpch, 1e-12);
}

TEST_P(RadialTables, pass_on_a_refusal_of_the_function_on_all_ranks) {
  try {
    const RadialTable table(mesh_, [](double) -> double { throw InputError("beyond the table"); });
    FAIL() << "the refusal is lost";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

TEST_P(RadialTables, of_derivatives_are_odd_and_zero_on_the_nyquist_plane) {
  const DerivativeTable derivative = spectral_derivative(mesh_);
  const int half = static_cast<int>(n_ / 2);
  for (int i = -half; i <= half; ++i) {
    const bool nyquist = n_ % 2 == 0 && std::abs(i) == half;
    EXPECT_NEAR(derivative(i), nyquist ? 0 : 2 * units::pi / side_mpch * i, 1e-6) << i;
    EXPECT_EQ(derivative(i), -derivative(-i)) << i;
  }
}

TEST_P(RadialTables, gradient_of_a_wave_is_its_derivative_along_each_axis) {
  // cos(k.x + 1/2) with k along (1, 0, 1), weighted by 3.
  const double k1 = 2 * units::pi / side_mpch;
  const auto phase = [&](std::size_t x, std::size_t z) {
    return 2 * units::pi * static_cast<double>(x + z) / static_cast<double>(n_) + 0.5;
  };
  const std::size_t first = plan_->layout().local().start;
  const auto for_each_point = [&](MeshField& mesh, const auto& visit) {
    for (std::size_t x = 0; x < plan_->layout().local().count; ++x) {
      for (std::size_t y = 0; y < n_; ++y) {
        for (std::size_t z = 0; z < n_; ++z) visit(mesh.value(x, y, z), phase(first + x, z));
      }
    }
  };
  for_each_point(mesh_, [](float& value, double at) { value = static_cast<float>(std::cos(at)); });
  mesh_.to_modes();
  const RadialTable weight(mesh_, [](double) { return 3.0; });
  const DerivativeTable derivative = spectral_derivative(mesh_);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    MeshField gradient(plan_, side_mpch);
    weighted_gradient(mesh_, axis, derivative, weight, gradient);
    gradient.to_real();
    double worst = 0;
    for_each_point(gradient, [&](float value, double at) {
      worst = std::max(worst, test::distance(value, axis == 1 ? 0 : -3 * k1 * std::sin(at)));
    });
    EXPECT_LE(worst, 1e-6) << "axis " << axis;  // float rounding of values up to 0.4
  }
}

}  // namespace
}  // namespace nubox::fft
