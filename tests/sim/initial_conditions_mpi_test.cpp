#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/initial_conditions.hpp"

#include "sim/support.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using sim::Particles;

constexpr std::size_t n = 12;
constexpr double box = 60;
constexpr double k1 = 2 * units::pi / box;

fft::MeshField no_density(const par::Comm& comm) {
  fft::MeshField mesh(fft::Plan::create(comm, n), box);
  mesh.reset_as_modes();
  return mesh;
}

TEST(InitialConditions, of_a_plane_wave_have_the_growth_rate_of_its_k) {
  const auto theory = sim::test::theory_of(0.6);
  const double a = 0.05, amplitude = 0.01, k = 2 * k1;
  const par::Comm world = par::Comm::world();
  fft::MeshField density = no_density(world);
  sim::test::add_cosine(density, 0, 2, 0, static_cast<float>(amplitude));
  const Particles particles = sim::lagrangian_particles(density, theory, a, 2);
  const double rate = a * a * theory.background().E(a) * theory.f1(k, a);
  sim::test::for_each_site(
      particles.displacement_mpch, [&](double, double qy, double, std::size_t site) {
        const double psi = -amplitude / k * std::sin(k * qy);
        // float32 of psi <= 0.05 Mpc/h through one FFT
        EXPECT_NEAR(particles.displacement_mpch.component(1)[site], psi, 1e-7);
        EXPECT_NEAR(particles.momentum_mpch.component(1)[site], rate * psi, 1e-8);
        EXPECT_NEAR(particles.displacement_mpch.component(0)[site], 0, 1e-8);
      });
  EXPECT_LT(theory.f1(k, a), 0.99) << "the test would not see a massless rate";
}

TEST(InitialConditions, of_two_crossed_waves_have_the_analytic_second_order) {
  const auto theory = sim::test::theory_of();
  const double a = 0.05, A = 0.3, B = 0.2;
  const par::Comm world = par::Comm::world();
  fft::MeshField density = no_density(world);
  sim::test::add_cosine(density, 1, 0, 0, static_cast<float>(A));
  sim::test::add_cosine(density, 0, 0, 1, static_cast<float>(B));
  const Particles first = sim::lagrangian_particles(density, theory, a, 1);
  const Particles second = sim::lagrangian_particles(density, theory, a, 2);
  const double growth = -theory.D2_over_D1_squared(a);
  const double rate = a * a * theory.background().E(a) * theory.f2(a);
  sim::test::for_each_site(second.displacement_mpch, [&](double qx, double, double qz,
                                                         std::size_t site) {
    // S2 = A B cos(k qx) cos(k qz), whose k^2 is twice that of one wave.
    const double psi2 = -growth * A * B * std::sin(k1 * qx) * std::cos(k1 * qz) / (2 * k1);
    EXPECT_NEAR(
        second.displacement_mpch.component(0)[site] - first.displacement_mpch.component(0)[site],
        psi2, 2e-6);  // float32 of psi1 <= 3 Mpc/h
    EXPECT_NEAR(second.momentum_mpch.component(0)[site] - first.momentum_mpch.component(0)[site],
                rate * psi2, 1e-6);
  });
}

TEST(InitialConditions, reproduce_spherical_collapse_to_second_order) {
  // At the crest of three equal crossed waves the tidal field is isotropic: delta_2 = (2/3 + g/3)
  // delta^2, which is 17/21 for g = 3/7. All displacements along x (y = z = 0) are sines of k qx.
  const auto theory = sim::test::theory_of();
  const double a = 0.05;
  const auto contrast_at_crest = [&](double amplitude) {
    const par::Comm alone = par::Comm::self();
    fft::MeshField density = no_density(alone);
    sim::test::add_cosine(density, 1, 0, 0, static_cast<float>(amplitude));
    sim::test::add_cosine(density, 0, 1, 0, static_cast<float>(amplitude));
    sim::test::add_cosine(density, 0, 0, 1, static_cast<float>(amplitude));
    const Particles particles = sim::lagrangian_particles(density, theory, a, 2);
    const auto& psi = particles.displacement_mpch;
    const double gradient = k1 * psi.component(0)[psi.site(n / 4, 0, 0)];
    return std::pow(1 + gradient, -3) - 1;
  };
  const double amplitude = 3e-3, delta = 3 * amplitude;
  const double second = (contrast_at_crest(amplitude) + contrast_at_crest(-amplitude)) / 2;
  EXPECT_NEAR(second / (delta * delta), 17.0 / 21, 2e-3);  // D2/D1^2 differs from -3/7 by < 1 %
}

TEST(InitialConditions, are_the_same_on_any_number_of_ranks) {
  const auto theory = sim::test::theory_of(0.15);
  const auto make = [&](const par::Comm& comm) {
    return sim::initial_conditions(fft::Plan::create(comm, n), box, {.seed = 3}, theory, 0.05, 2);
  };
  const par::Comm world = par::Comm::world(), alone = par::Comm::self();
  const Particles parallel = make(world), serial = make(alone);
  for (std::size_t c = 0; c < 3; ++c) {
    const auto whole =
        sim::test::slab_of(serial.displacement_mpch, c, parallel.displacement_mpch.layout());
    EXPECT_TRUE(sim::test::same_bits(parallel.displacement_mpch.component(c), whole));
  }
}

TEST(InitialConditions, refuse_an_unknown_order) {
  const par::Comm world = par::Comm::world();
  const fft::MeshField density = no_density(world);
  EXPECT_THROW(
      static_cast<void>(sim::lagrangian_particles(density, sim::test::theory_of(), 0.05, 3)),
      UsageError);
}

}  // namespace
