#include "nubox/core/units.hpp"
#include "nubox/sim/cola_frame.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/pm_force.hpp"
#include "nubox/sim/stepping.hpp"

#include "sim/support.hpp"

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using sim::ColaFrame;
using sim::Particles;
using sim::Spacing;

/// Particles relative to their frame, at a = 0.05.
struct Start {
  Particles particles;
  ColaFrame frame;
};

Start start_from(const fft::MeshField& density, const cosmology::LinearTheory& theory) {
  constexpr double a = 0.05;
  const auto orders = sim::lagrangian_orders(density, theory, a, 2);
  Start start{sim::lagrangian_particles(density, orders, theory, a), ColaFrame(orders, theory, a)};
  start.frame.enter(start.particles);
  return start;
}

fft::MeshField no_density(const par::Comm& comm, std::size_t n, double box) {
  fft::MeshField mesh(fft::Plan::create(comm, n), box);
  mesh.reset_as_modes();
  return mesh;
}

Particles integrated(Start start, const cosmology::LinearTheory& theory, std::size_t steps) {
  const field::LatticeField& x = start.particles.displacement_mpch;
  sim::PmForce force(x.comm(), 2 * x.n(), x.box_size_mpch());
  sim::integrate(start.particles, force, theory, sim::time_grid(0.05, 1, steps, Spacing::sqrt_a),
                 {.frame = &start.frame});
  start.frame.leave(start.particles);
  return std::move(start.particles);
}

TEST(ColaFrame, obeys_the_growth_equations) {
  // d/da of the momentum is 1.5 Omega_m / (a^2 E) times the force, d/da of the displacement the
  // momentum over a^3 E: central differences in a.
  for (const double mass : {0.0, 0.6}) {
    const auto theory = sim::test::theory_of(mass);
    const par::SlabLayout layout(par::Comm::self(), 2);
    const std::vector<field::LatticeField> orders(2, field::LatticeField(layout, 3, 10));
    const ColaFrame frame(orders, theory, 0.05);
    EXPECT_NEAR(frame.displacement(0.05).psi1, 1, 1e-12);
    EXPECT_NEAR(frame.displacement(0.05).psi2, 1, 1e-12);
    for (const double a : {0.1, 0.3, 0.7}) {
      const double h = 1e-3 * a, E = theory.background().E(a);
      const ColaFrame::Weights x0 = frame.displacement(a - h), x1 = frame.displacement(a + h);
      const ColaFrame::Weights p0 = frame.momentum(a - h), p1 = frame.momentum(a + h);
      const ColaFrame::Weights p = frame.momentum(a), F = frame.force(a);
      const double pull = 1.5 * theory.parameters().Omega_m / (a * a * E),
                   flow = 1 / (a * a * a * E);
      EXPECT_NEAR((x1.psi1 - x0.psi1) / (2 * h) / (flow * p.psi1), 1, 1e-5);
      EXPECT_NEAR((x1.psi2 - x0.psi2) / (2 * h) / (flow * p.psi2), 1, 1e-5);
      EXPECT_NEAR((p1.psi1 - p0.psi1) / (2 * h) / (pull * F.psi1), 1, 1e-4);
      EXPECT_NEAR((p1.psi2 - p0.psi2) / (2 * h) / (pull * F.psi2), 1, 1e-4);
    }
  }
}

TEST(Cola, evolves_waves_with_their_second_order_to_today_in_three_steps) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of();
  const std::size_t n = 32;
  const double box = 64, k = 2 * units::pi / box, A = 0.002, B = 0.001;
  fft::MeshField density = no_density(world, n, box);
  sim::test::add_cosine(density, 1, 0, 0, static_cast<float>(A));
  sim::test::add_cosine(density, 0, 1, 0, static_cast<float>(B));
  const Particles particles = integrated(start_from(density, theory), theory, 3);
  const double growth = theory.D1(k, 1) / theory.D1(k, 0.05);
  const double second = -theory.D2_over_D1_squared(1) * growth * growth;
  const double rate = theory.background().E(1);
  double x_error = 0, p_error = 0;
  sim::test::for_each_site(
      particles.displacement_mpch, [&](double qx, double qy, double, std::size_t site) {
        const double psi1 = -growth * A / k * std::sin(k * qx);
        const double psi2 = -second * A * B * std::sin(k * qx) * std::cos(k * qy) / (2 * k);
        const double x = particles.displacement_mpch.component(0)[site];
        const double p = particles.momentum_mpch.component(0)[site];
        x_error = std::max(x_error, sim::test::distance(x, psi1 + psi2));
        p_error = std::max(
            p_error, sim::test::distance(p, rate * (theory.f1(k, 1) * psi1 + theory.f2(1) * psi2)));
      });
  // The remaining error is the smoothing of the force by the mesh, (k H)^2 / 6 = 0.2 % with 0.04 in
  // delta
  const double largest = growth * A / k;
  EXPECT_LT(x_error, 3e-3 * largest);
  EXPECT_LT(p_error, 5e-3 * rate * largest);
}

TEST(Cola, grows_every_scale_of_a_massive_box_at_its_own_rate) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of(0.6);
  const std::size_t n = 16;
  const double box = 2000, k = 2 * units::pi / box, A = 1e-4;
  fft::MeshField density = no_density(world, n, box);
  sim::test::add_cosine(density, 1, 0, 0, static_cast<float>(A));
  const double growth = theory.D1(k, 1) / theory.D1(k, 0.05);
  const double frame_growth =
      theory.D1(theory.k_max_hmpc(), 1) / theory.D1(theory.k_max_hmpc(), 0.05);
  ASSERT_GT(growth / frame_growth, 1.05) << "the frame alone would pass";
  const Particles particles = integrated(start_from(density, theory), theory, 10);
  sim::test::for_each_site(
      particles.displacement_mpch, [&](double qx, double, double, std::size_t site) {
        const double psi = -growth * A / k * std::sin(k * qx);
        // (k H)^2 / 6 = 0.6 % of smoothing affects only the part relative to the frame; ten steps.
        EXPECT_NEAR(particles.displacement_mpch.component(0)[site], psi, 0.01 * growth * A / k);
      });
}

TEST(Cola, converges_to_the_plain_steps) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of(0.15);
  const std::size_t n = 16;
  const double box = 32;
  const fft::MeshField density =
      sim::gaussian_modes(fft::Plan::create(world, n), box, {.seed = 11},
                          [&](double k) { return theory.power_cb(k, 0.05); });
  Particles plain = sim::lagrangian_particles(density, theory, 0.05, 2);
  sim::PmForce force(world, 2 * n, box);
  sim::integrate(plain, force, theory, sim::time_grid(0.05, 0.5, 160, Spacing::sqrt_a));
  const auto distance = [&](std::size_t steps) {
    Start start = start_from(density, theory);
    sim::integrate(start.particles, force, theory,
                   sim::time_grid(0.05, 0.5, steps, Spacing::sqrt_a), {.frame = &start.frame});
    double sum = 0;
    for (std::size_t i = 0; i < plain.displacement_mpch.values().size(); ++i) {
      sum += std::pow(
          start.particles.displacement_mpch.values()[i] - plain.displacement_mpch.values()[i], 2);
    }
    return std::sqrt(world.all_reduce(sum) / std::pow(static_cast<double>(n), 3));
  };
  const double at_10 = distance(10), at_80 = distance(80);
  EXPECT_LT(at_80, 0.3 * at_10);
  EXPECT_LT(at_80, 0.02 * box / n);  // of a particle spacing
}

}  // namespace
