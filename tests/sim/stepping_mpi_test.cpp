#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/pm_force.hpp"
#include "nubox/sim/stepping.hpp"

#include "sim/support.hpp"

#include <algorithm>
#include <limits>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using sim::Particles;
using sim::Spacing;

constexpr std::size_t n = 16;
constexpr double box = 32;

Particles start(const par::Comm& comm, const cosmology::LinearTheory& theory) {
  return sim::initial_conditions(fft::Plan::create(comm, n), box, {.seed = 11}, theory, 0.05, 2);
}

TEST(TimeGrid, has_exact_ends_and_is_uniform_in_its_variable) {
  for (const Spacing spacing : {Spacing::a, Spacing::sqrt_a, Spacing::ln_a}) {
    const std::vector<double> grid = sim::time_grid(0.04, 1, 4, spacing);
    ASSERT_EQ(grid.size(), 5u);
    EXPECT_EQ(grid.front(), 0.04);
    EXPECT_EQ(grid.back(), 1.0);
  }
  EXPECT_NEAR(sim::time_grid(0.04, 1, 4, Spacing::a)[1], 0.28, 1e-15);
  EXPECT_NEAR(sim::time_grid(0.04, 1, 4, Spacing::sqrt_a)[2], 0.36, 1e-15);
  EXPECT_NEAR(sim::time_grid(0.04, 1, 4, Spacing::ln_a)[2], 0.2, 1e-15);
  EXPECT_NEAR(sim::time_grid(1, 0.5, 2, Spacing::a)[1], 0.75, 1e-15);
}

TEST(Leapfrog, follows_a_zeldovich_pancake_up_to_its_collapse) {
  // One plane wave: before shells cross, the linear displacement is exact at any amplitude.
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of();
  const std::size_t side = 32;
  const double k = 2 * units::pi / box, a0 = 0.05, a1 = 0.5, collapse = 0.7;
  const double growth = theory.D1(k, a1) / theory.D1(k, a0);
  fft::MeshField density(fft::Plan::create(world, side), box);
  density.reset_as_modes();
  sim::test::add_cosine(density, 1, 0, 0, static_cast<float>(collapse / growth));
  Particles particles = sim::lagrangian_particles(density, theory, a0, 2);
  sim::PmForce force(world, 2 * side, box);
  sim::integrate(particles, force, theory, sim::time_grid(a0, a1, 20, Spacing::sqrt_a));
  const double rate = a1 * a1 * theory.background().E(a1) * theory.f1(k, a1);
  double x_error = 0, p_error = 0, across = 0;
  sim::test::for_each_site(
      particles.displacement_mpch, [&](double qx, double, double, std::size_t site) {
        const double psi = -collapse / k * std::sin(k * qx);
        const double x = particles.displacement_mpch.component(0)[site];
        const double p = particles.momentum_mpch.component(0)[site];
        x_error = std::max(x_error, sim::test::distance(x, psi));
        p_error = std::max(p_error, sim::test::distance(p, rate * psi) / rate);
        across = std::max(across,
                          sim::test::distance(particles.displacement_mpch.component(2)[site], 0));
      });
  // Relative to the largest displacement: sheets half a box's 1/32 apart on a mesh of 64
  EXPECT_LT(x_error, 0.01 * collapse / k);
  EXPECT_LT(p_error, 0.03 * collapse / k);
  EXPECT_LT(across, 1e-4 * collapse / k);
}

TEST(Leapfrog, is_reversible) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of(0.15);
  Particles particles = start(world, theory);
  const Particles before = particles;
  sim::PmForce force(world, 2 * n, box);
  sim::integrate(particles, force, theory, sim::time_grid(0.05, 1, 8, Spacing::a));
  EXPECT_GT(sim::test::largest_difference(particles.displacement_mpch.values(),
                                          before.displacement_mpch.values()),
            particles.displacement_mpch.layout().local().count > 0 ? 1 : -1);
  sim::integrate(particles, force, theory, sim::time_grid(1, 0.05, 8, Spacing::a));
  const double cell = before.displacement_mpch.spacing_mpch();
  EXPECT_LT(sim::test::largest_difference(particles.displacement_mpch.values(),
                                          before.displacement_mpch.values()),
            1e-3 * cell);
}

TEST(Leapfrog, takes_a_known_first_force_for_one_that_it_would_evaluate) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of();
  sim::PmForce force(world, 2 * n, box);
  Particles evaluated = start(world, theory), known = evaluated;
  field::LatticeField first(known.displacement_mpch.layout(), 3, box);
  force.evaluate(
      known.displacement_mpch, [](double) { return 1.0; },
      [&](std::size_t axis, std::size_t at, std::span<const float> piece) {
        std::ranges::copy(piece, first.component(axis).subspan(at).begin());
      });
  const auto grid = sim::time_grid(0.05, 0.1, 2, Spacing::a);
  sim::integrate(evaluated, force, theory, grid);
  sim::integrate(known, force, theory, grid, {.first_force_mpch = &first});
  EXPECT_TRUE(
      sim::test::same_bits(known.displacement_mpch.values(), evaluated.displacement_mpch.values()));
  EXPECT_TRUE(sim::test::same_bits(known.momentum_mpch.values(), evaluated.momentum_mpch.values()));
}

TEST(Leapfrog, without_its_last_kick_has_the_momenta_of_the_middle_of_the_last_step) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of();
  sim::PmForce force(world, 2 * n, box);
  Particles particles = start(world, theory);
  sim::integrate(particles, force, theory, sim::time_grid(0.05, 0.1, 2, Spacing::a),
                 {.last_kick = false});
  Particles moved_last = start(world, theory);
  const double middle = sim::middle(0.075, 0.1);
  sim::integrate(moved_last, force, theory, std::vector{0.05, 0.075}, {.last_kick = false});
  // The kick to the middle and the drift, written out.
  const auto kick = static_cast<float>(theory.background().kick(sim::middle(0.05, 0.075), middle));
  field::LatticeField& p = moved_last.momentum_mpch;
  force.evaluate(
      moved_last.displacement_mpch, [](double) { return 1.0; },
      [&](std::size_t axis, std::size_t at, std::span<const float> piece) {
        for (std::size_t i = 0; i < piece.size(); ++i) {
          p.component(axis)[at + i] += kick * piece[i];
        }
      });
  EXPECT_LE(sim::test::largest_difference(particles.momentum_mpch.values(), p.values()), 1e-6);
}

TEST(Leapfrog, ends_with_the_same_bits_on_any_number_of_ranks) {
  const auto theory = sim::test::theory_of(0.15);
  const auto run = [&](const par::Comm& comm) {
    Particles particles = start(comm, theory);
    sim::PmForce force(comm, 2 * n, box);
    sim::integrate(particles, force, theory, sim::time_grid(0.05, 1, 8, Spacing::a));
    return particles;
  };
  const par::Comm world = par::Comm::world(), alone = par::Comm::self();
  const Particles parallel = run(world), serial = run(alone);
  for (std::size_t c = 0; c < 3; ++c) {
    for (const auto field : {&Particles::displacement_mpch, &Particles::momentum_mpch}) {
      const auto whole = sim::test::slab_of(serial.*field, c, (parallel.*field).layout());
      EXPECT_TRUE(sim::test::same_bits((parallel.*field).component(c), whole));
    }
  }
}

TEST(Leapfrog, stops_on_all_ranks_if_one_displacement_is_too_large) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of();
  for (const float broken : {std::numeric_limits<float>::quiet_NaN(), 1e9F}) {
    Particles particles = start(world, theory);
    if (world.is_root()) particles.momentum_mpch.component(0)[0] = broken;
    sim::PmForce force(world, 2 * n, box);
    EXPECT_THROW(sim::integrate(particles, force, theory, sim::time_grid(0.05, 0.1, 2, Spacing::a)),
                 Error);
  }
}

TEST(Particles, are_restored_from_a_box) {
  const par::Comm world = par::Comm::world();
  const Particles particles = start(world, sim::test::theory_of());
  const field::Box output = sim::to_box(particles, {});
  EXPECT_NEAR(output.header.redshift, 19, 1e-12);
  EXPECT_EQ(output.header.n, n);
  if (particles.momentum_mpch.local_sites() > 0) {
    EXPECT_NEAR(output.velocity->values()[1], 100 * particles.momentum_mpch.values()[1] / 0.05,
                1e-3);
  }
  const Particles back = sim::to_particles(output);
  EXPECT_LT(
      sim::test::largest_difference(back.momentum_mpch.values(), particles.momentum_mpch.values()),
      1e-6);
  EXPECT_TRUE(
      sim::test::same_bits(back.displacement_mpch.values(), particles.displacement_mpch.values()));
}

TEST(Particles, are_wrapped_to_the_nearest_image) {
  const par::Comm alone = par::Comm::self();
  const par::SlabLayout layout(alone, 2);
  Particles particles{field::LatticeField(layout, 3, 10), field::LatticeField(layout, 3, 10), 1};
  particles.displacement_mpch.values()[0] = 5;
  particles.displacement_mpch.values()[1] = -5;
  particles.displacement_mpch.values()[2] = 7;
  const field::Box output = sim::to_box(particles, {});
  EXPECT_EQ(output.displacement.values()[0], 5);
  EXPECT_EQ(output.displacement.values()[1], 5);
  EXPECT_EQ(output.displacement.values()[2], -3);
}

}  // namespace
