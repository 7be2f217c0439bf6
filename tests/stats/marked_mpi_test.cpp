#include "nubox/core/error.hpp"
#include "nubox/core/top_hat_window.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/stats/marked.hpp"

#include "stats/fields.hpp"
#include "support/files.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100;
constexpr std::size_t n = 16;

class Marked : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  /// delta = a cos(2 pi q x / L).
  fft::MeshField wave(double a, int q) {
    fft::MeshField mesh(fft::Plan::create(comm_, n), box_mpch);
    testing::for_each_cell(mesh, [&](float& value, std::size_t x, std::size_t, std::size_t) {
      value = static_cast<float>(a * std::cos(2 * units::pi * q * static_cast<double>(x) / n));
    });
    mesh.to_modes();
    return mesh;
  }
};

TEST_F(Marked, density_of_a_wave_is_that_of_the_formula_in_every_cell) {
  const MarkOptions options{.radius_mpch = 12, .delta_s = 0.3, .p = 1.5};
  constexpr double a = 0.6;
  auto marked = marked_modes(wave(a, 2), options);
  marked.to_real();
  const double window = top_hat_window(2 * 2 * units::pi / box_mpch * options.radius_mpch);
  std::vector<double> expected;
  double mean = 0;
  for (std::size_t x = 0; x < n; ++x) {
    const double delta = a * std::cos(2 * units::pi * 2 * static_cast<double>(x) / n);
    expected.push_back(std::pow(1.3 / (1.3 + window * delta), 1.5) * (1 + delta));
    mean += expected.back() / n;
  }
  testing::for_each_cell(marked, [&](float& value, std::size_t x, std::size_t, std::size_t) {
    ASSERT_NEAR(value, expected[x] / mean - 1, 2e-6);  // floats of order one
  });
}

TEST_F(Marked, density_without_mark_is_the_density) {
  const auto plain = wave(0.4, 3);
  const auto marked = marked_modes(plain, {.p = 0});
  fft::for_each_mode(*plain.plan(), [&](const fft::Mode&, std::size_t index) {
    ASSERT_NEAR(std::abs(plain.modes()[index] - marked.modes()[index]), 0, 1e-6);
  });
}

TEST_F(Marked, densities_without_a_mark_and_wrong_radii_are_refused) {
  // An empty region, which the top-hat leaves below zero.
  const auto error =
      test::error_of([&] { (void)marked_modes(wave(-4, 1), {.delta_s = 0, .p = 0.5}); });
  ASSERT_TRUE(error.has_value());
  EXPECT_TRUE(error->agreed());
  EXPECT_EQ(error->code(), ExitCode::numerical);
  for (const double radius : {0.0, 50.0, std::nan("")}) {
    EXPECT_TRUE(test::error_of([&] { (void)marked_modes(wave(1, 1), {.radius_mpch = radius}); }));
  }
}

}  // namespace
}  // namespace nubox::stats
