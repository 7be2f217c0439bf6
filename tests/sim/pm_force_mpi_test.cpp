#include "nubox/core/rng.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/force.hpp"
#include "nubox/sim/pm_force.hpp"

#include "sim/support.hpp"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

namespace {

using namespace nubox;

constexpr std::size_t n = 16;
constexpr double box = 64;

double no_neutrinos(double) { return 1; }

/// The three components of the force on all particles of this rank.
std::array<std::vector<float>, 3> force_on(
    const field::LatticeField& displacement, const std::function<double(double)>& source,
    sim::PmForce::Gradient gradient = sim::PmForce::Gradient::transforms) {
  sim::PmForce force(displacement.comm(), 2 * n, box, sim::PmForce::Smoothing::kept, gradient);
  std::array<std::vector<float>, 3> result;
  force.evaluate(displacement, source,
                 [&](std::size_t axis, std::size_t first, std::span<const float> values) {
                   EXPECT_EQ(result[axis].size(), first);
                   result[axis].insert(result[axis].end(), values.begin(), values.end());
                 });
  return result;
}

/// Displacement (amplitude/k) sin(k q_axis) along an axis: density contrast -amplitude cos(k q).
void add_wave(field::LatticeField& field, std::size_t axis, double k, double amplitude) {
  sim::test::for_each_site(field, [&](double qx, double qy, double qz, std::size_t site) {
    const double q = std::array{qx, qy, qz}[axis];
    field.component(axis)[site] += static_cast<float>(amplitude / k * std::sin(k * q));
  });
}

TEST(PmForce, of_a_plane_wave_is_its_zeldovich_displacement_on_every_axis) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, n);
  const double k = 2 * units::pi / box;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    field::LatticeField displacement(layout, 3, box);
    add_wave(displacement, axis, k, 0.02);
    const auto force = force_on(displacement, no_neutrinos);
    sim::test::for_each_site(displacement, [&](double, double, double, std::size_t site) {
      // CIC smooths twice, by (k H)^2 / 12 each in sum over the axes: 0.6 %; 0.02 of second order
      const double psi = displacement.component(axis)[site];
      EXPECT_NEAR(force[axis][site], psi, 0.015 * 0.02 / k);
      EXPECT_NEAR(force[(axis + 1) % 3][site], 0, 1e-3 * 0.02 / k);
    });
  }
}

TEST(PmForce, by_differences_of_the_potential_is_that_by_transforms_of_the_gradient) {
  const par::Comm world = par::Comm::world();
  field::LatticeField displacement(par::SlabLayout(world, n), 3, box);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (const int wave : {1, 3, 7}) {
      add_wave(displacement, axis, 2 * units::pi / box * wave, 0.6);
    }
  }
  const auto source = [](double k) { return 1 / (1 + k); };
  const auto transforms = force_on(displacement, source);
  const auto differences = force_on(displacement, source, sim::PmForce::Gradient::differences);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    // Rounding of a potential of some 100 (Mpc/h)^2, for forces of some Mpc/h.
    EXPECT_LT(sim::test::largest_difference(differences[axis], transforms[axis]), 1e-4) << axis;
    EXPECT_GT(world.all_reduce(sim::test::largest_magnitude(transforms[axis]), par::Reduction::max),
              1);
  }
}

TEST(PmForce, multiplies_every_wave_by_the_neutrino_source_at_its_k) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, n);
  const double k1 = 2 * units::pi / box;
  field::LatticeField displacement(layout, 3, box);
  add_wave(displacement, 0, k1, 0.02);
  add_wave(displacement, 1, 2 * k1, 0.02);
  const auto full = force_on(displacement, no_neutrinos);
  const auto damped = force_on(displacement, [&](double k) { return k > 1.5 * k1 ? 0.7 : 1.0; });
  for (std::size_t i = 0; i < full[0].size(); ++i) {
    // Harmonics of the first wave (second order in 0.02) are damped as well.
    EXPECT_NEAR(damped[0][i], full[0][i], 0.01 * 0.02 / k1);
    EXPECT_NEAR(damped[1][i], 0.7 * full[1][i], 0.01 * 0.02 / k1);
  }
}

TEST(PmForce, conserves_momentum) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, n);
  field::LatticeField displacement(layout, 3, box);
  for (std::size_t c = 0; c < 3; ++c) {
    std::size_t global = layout.local().start * n * n;
    for (float& psi : displacement.component(c)) {
      const auto draw = rng::philox(c, {static_cast<std::uint32_t>(global++), 0, 0, 0});
      psi = static_cast<float>(20 * rng::uniform_open_closed(draw[0], draw[1]) - 10);
    }
  }
  const auto force = force_on(displacement, no_neutrinos);
  for (const std::vector<float>& component : force) {
    double sum = 0, absolute = 0;
    for (const float f : component) {
      sum += f;
      absolute += std::abs(f);
    }
    // Painting and interpolation with the same window make pair forces opposite, up to float
    // rounding.
    EXPECT_LT(std::abs(world.all_reduce(sum)), 1e-5 * world.all_reduce(absolute));
  }
}

}  // namespace
