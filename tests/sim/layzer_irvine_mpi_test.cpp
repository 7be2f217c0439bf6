#include "nubox/core/units.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/p3m_force.hpp"
#include "nubox/sim/stepping.hpp"

#include "sim/support.hpp"

#include <array>
#include <cmath>
#include <complex>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::sim {
namespace {

using Vector = std::array<double, 3>;

/// Potential of a unit mass at distance r < h in the spline of Gadget, positive (Springel et al.
/// 2001, arXiv:astro-ph/0003162, eq. 71).
double spline_potential(double r, double h) {
  const double u = r / h, u2 = u * u;
  const double w =
      u < 0.5
          ? u2 * (16.0 / 3 + u2 * (-48.0 / 5 + 32.0 / 5 * u)) - 14.0 / 5
          : 1 / (15 * u) + u2 * (32.0 / 3 + u * (-16 + u * (48.0 / 5 - 32.0 / 15 * u))) - 16.0 / 5;
  return -w / h;
}

/// Sum over ordered pairs of the periodic, softened 1/r, by Ewald's sum; without the energy of a
/// particle in its own images, which does not change.
double pair_sum(const std::vector<Vector>& x, double box, double softening) {
  const double alpha = 7 / box, h = 2.8 * softening;
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      double r2 = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const double d = std::remainder(x[i][c] - x[j][c], box);
        r2 += d * d;
      }
      const double r = std::sqrt(r2);
      sum += 2 * std::erfc(alpha * r) / r;
      if (r < h) sum += 2 * (spline_potential(r, h) - 1 / r);
    }
  }
  constexpr int waves = 8;
  const double k1 = 2 * units::pi / box, volume = box * box * box;
  for (int nx = -waves; nx <= waves; ++nx) {
    for (int ny = -waves; ny <= waves; ++ny) {
      for (int nz = 0; nz <= waves; ++nz) {
        const double n2 = nx * nx + ny * ny + nz * nz;
        if (n2 == 0 || n2 > waves * waves) continue;
        std::complex<double> s = 0;
        for (const Vector& at : x)
          s += std::polar(1.0, k1 * (nx * at[0] + ny * at[1] + nz * at[2]));
        const double k2 = k1 * k1 * n2;
        sum += (nz > 0 ? 2 : 1) * 4 * units::pi / volume * std::exp(-k2 / (4 * alpha * alpha)) /
               k2 * std::norm(s);
      }
    }
  }
  return sum;
}

/// Positions of all particles, on every rank.
std::vector<Vector> positions(const field::LatticeField& displacement) {
  const std::size_t n = displacement.n(), plane = n * n;
  std::vector<double> values(3 * n * plane, 0.0);
  const std::size_t first = displacement.layout().local().start * plane;
  test::for_each_site(displacement, [&](double qx, double qy, double qz, std::size_t site) {
    const Vector q{qx, qy, qz};
    for (std::size_t c = 0; c < 3; ++c) {
      values[3 * (first + site) + c] = q[c] + static_cast<double>(displacement.component(c)[site]);
    }
  });
  displacement.comm().all_reduce(std::span<double>(values));
  std::vector<Vector> x(n * plane);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = {values[3 * i], values[3 * i + 1], values[3 * i + 2]};
  }
  return x;
}

/// Kinetic energy of the peculiar velocities p / a.
double kinetic(const Particles& particles, double a) {
  double sum = 0;
  for (const float p : particles.momentum_mpch.values()) sum += static_cast<double>(p) * p;
  return particles.momentum_mpch.comm().all_reduce(sum) / (2 * a * a);
}

TEST(P3mRun, keeps_the_layzer_irvine_equation) {
  // d[a (T + W)]/da = -T, in units of H0 and Mpc/h and of the mass of a particle.
  constexpr std::size_t n = 12, steps = 250;
  constexpr double box = 12, softening = 0.1, z_initial = 49, z_end = 1;
  const par::Comm world = par::Comm::world();
  const auto theory = test::theory_of();
  const double a0 = units::scale_factor(z_initial), a1 = units::scale_factor(z_end);
  Particles particles =
      initial_conditions(fft::Plan::create(world, n), box, {.seed = 4}, theory, a0, 2);
  const field::LatticeField lattice(particles.displacement_mpch.layout(), 3, box);
  const double on_lattice = pair_sum(positions(lattice), box, softening);
  // W less that of the lattice: the energy of structure alone. (a W depends on the positions only.)
  const auto a_potential = [&] {
    const double spacing = box / n, weight = spacing * spacing * spacing / (4 * units::pi);
    return -0.5 * 1.5 * theory.parameters().Omega_m * weight *
           (pair_sum(positions(particles.displacement_mpch), box, softening) - on_lattice);
  };
  const double first_potential = a_potential();
  const double before = a0 * kinetic(particles, a0) + first_potential;
  const std::vector<double> grid = time_grid(a0, a1, steps, Spacing::sqrt_a);
  double integral = 0;
  P3mForce force(world, 2 * n, box, P3mForce::split_of(2 * n, box, softening));
  integrate(particles, force, theory, grid, {.after_step = [&](std::size_t step) {
              // Momenta stand in the middle of the step.
              const double from = grid[step - 1], to = grid[step];
              integral += (to - from) * kinetic(particles, std::sqrt(from * to));
            }});
  const double potential = a_potential();
  const double error = a1 * kinetic(particles, a1) + potential - before + integral;
  EXPECT_LE(std::abs(error), 0.01 * std::abs(potential));
  // In linear theory a W grows as D^2 / a, by a factor of 25 here; haloes bind far more.
  EXPECT_LT(potential, 40 * first_potential);
  EXPECT_LT(first_potential, 0);
}

}  // namespace
}  // namespace nubox::sim
