#include "nubox/core/units.hpp"
#include "nubox/fft/low_pass.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/fft/modes.hpp"

#include "support/compare.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::fft {
namespace {

constexpr double side_mpch = 50;
constexpr double k_fundamental = 2 * units::pi / side_mpch;

double filter(double k) { return std::exp(-k * k) * (1 + 0.3 * k); }

/// Numbers in [-1, 1) of the sites of a rank's slab.
std::vector<float> noise(const par::SlabLayout& layout) {
  const std::size_t n = layout.n();
  std::vector<float> values;
  for (std::size_t i = layout.local().start * n * n; i < layout.local().end() * n * n; ++i) {
    values.push_back(static_cast<float>(std::sin(12.9898 * static_cast<double>(i * i % 9973))));
  }
  return values;
}

/// Size and number of modes that are kept on an axis, on either side of zero.
class LowPasses : public testing::TestWithParam<std::tuple<std::size_t, int>> {
 protected:
  std::size_t n_ = std::get<0>(GetParam());
  int kept_ = std::get<1>(GetParam());
  /// Between two modes.
  double k_max_hmpc_ = (kept_ + 0.5) * k_fundamental;
};

// At 5 ranks some have no planes, or no columns of kept modes.
INSTANTIATE_TEST_SUITE_P(Sizes, LowPasses,
                         testing::Combine(testing::Values(6, 9, 16), testing::Values(0, 2, 8)));

TEST_P(LowPasses, subtract_the_filtered_modes_of_a_full_transform) {
  const auto plan = Plan::create(par::Comm::world(), n_);
  std::vector<float> values = noise(plan->layout());
  MeshField mesh(plan, side_mpch);
  const auto site = [&](std::size_t i) -> float& {
    return mesh.value(i / (n_ * n_), i / n_ % n_, i % n_);
  };
  for (std::size_t i = 0; i < values.size(); ++i) site(i) = values[i];
  mesh.to_modes();
  for_each_mode(*plan, [&](const Mode& mode, std::size_t index) {
    const bool passes = std::max({std::abs(mode.nx), std::abs(mode.ny), mode.nz}) <= kept_;
    const double k = k_fundamental * std::sqrt(static_cast<double>(mode.norm2()));
    const double factor = mode.is_zero() ? 1 : passes ? filter(k) : 0;
    mesh.modes()[index] *= static_cast<float>(factor);
  });
  mesh.to_real();
  std::vector<float> expected = values;
  for (std::size_t i = 0; i < values.size(); ++i) expected[i] -= site(i);

  LowPass(plan->layout(), side_mpch, k_max_hmpc_, filter).subtract_from(values);
  // Rounding of numbers up to one in transforms of 16^3.
  EXPECT_LE(test::largest_difference(values, expected), 2e-6);
}

TEST_P(LowPasses, give_the_same_bits_on_every_number_of_ranks) {
  const par::SlabLayout here(par::Comm::world(), n_), alone(par::Comm::self(), n_);
  std::vector<float> slab = noise(here), whole = noise(alone);
  LowPass(here, side_mpch, k_max_hmpc_, filter).subtract_from(slab);
  LowPass(alone, side_mpch, k_max_hmpc_, filter).subtract_from(whole);
  const std::span<const float> part =
      std::span(whole).subspan(here.local().start * n_ * n_, slab.size());
  EXPECT_TRUE(test::same_bits(slab, part));
}

}  // namespace
}  // namespace nubox::fft
