#include "nubox/core/rng.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/p3m_force.hpp"

#include "sim/support.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace {

using namespace nubox;

using Vector = std::array<double, 3>;

/// Periodic force of a unit point mass at separation d (target minus source), less the uniform
/// background, by Ewald's sum: F with div F = -4 pi (delta_D - 1/L^3). Hernquist et al. 1991
/// (ApJS 75, 231), eq. 2.14b, alpha = 2/L.
Vector ewald_force(const Vector& d, double box) {
  const double alpha = 2 / box;
  Vector force{};
  for (int i = -4; i <= 4; ++i) {
    for (int j = -4; j <= 4; ++j) {
      for (int k = -4; k <= 4; ++k) {
        const Vector r{d[0] - i * box, d[1] - j * box, d[2] - k * box};
        const double r2 = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
        if (r2 > 0) {
          const double length = std::sqrt(r2), u = alpha * length;
          const double w =
              (std::erfc(u) + 2 * u / std::sqrt(units::pi) * std::exp(-u * u)) / (r2 * length);
          for (std::size_t c = 0; c < 3; ++c) force[c] -= w * r[c];
        }
        const int h2 = i * i + j * j + k * k;
        if (h2 == 0) continue;
        const Vector h{double(i), double(j), double(k)};
        const double phase = 2 * units::pi * (h[0] * d[0] + h[1] * d[1] + h[2] * d[2]) / box;
        const double w = 2 / (box * box) / h2 *
                         std::exp(-units::pi * units::pi * h2 / (alpha * alpha * box * box)) *
                         std::sin(phase);
        for (std::size_t c = 0; c < 3; ++c) force[c] -= w * h[c];
      }
    }
  }
  return force;
}

/// Positions of all n^3 particles, equal on all ranks, as displacements of a lattice.
struct Particles {
  std::size_t n;
  double box;
  std::vector<Vector> x;

  [[nodiscard]] field::LatticeField displacement(const par::Comm& comm) const {
    const par::SlabLayout layout(comm, n);
    field::LatticeField psi(layout, 3, box);
    sim::test::for_each_site(psi, [&](double qx, double qy, double qz, std::size_t site) {
      const Vector q{qx, qy, qz};
      const Vector& at = x[layout.local().start * n * n + site];
      for (std::size_t c = 0; c < 3; ++c) {
        psi.component(c)[site] = static_cast<float>(at[c] - q[c]);
      }
    });
    return psi;
  }
};

Particles random_set(std::size_t n, double box) {
  std::mt19937 generator(7);
  std::uniform_real_distribution<double> uniform(0, box);
  Particles set{n, box, std::vector<Vector>(n * n * n)};
  for (Vector& x : set.x) x = {uniform(generator), uniform(generator), uniform(generator)};
  return set;
}

/// Half of the particles in four dense clumps, some of them across the edges of the box.
Particles clustered_set(std::size_t n, double box) {
  Particles set = random_set(n, box);
  std::mt19937 generator(11);
  std::normal_distribution<double> offset(0, 0.02 * box);
  const std::array<Vector, 4> centres{
      {{0.01, 0.3, 0.99}, {0.5, 0.5, 0.5}, {0.98, 0.02, 0.6}, {0.34, 0.66, 0.2}}};
  for (std::size_t i = 0; i < set.x.size(); i += 2) {
    for (std::size_t c = 0; c < 3; ++c) {
      set.x[i][c] = centres[i / 2 % 4][c] * box + offset(generator);
    }
  }
  return set;
}

/// Softening far below the distances of the test: Ewald's sum has none.
constexpr double tiny_softening_mpch = 1e-3;

/// The three components on all particles, gathered on all ranks, [component][particle].
std::array<std::vector<float>, 3> p3m_force(const par::Comm& comm, const Particles& set,
                                            std::size_t mesh_n, double split_cells,
                                            double softening_mpch = tiny_softening_mpch) {
  const double radius = split_cells * set.box / static_cast<double>(mesh_n);
  sim::P3mForce force(comm, mesh_n, set.box, {radius, 5 * radius, softening_mpch});
  const field::LatticeField psi = set.displacement(comm);
  std::array<std::vector<float>, 3> local;
  for (auto& values : local) values.assign(psi.local_sites(), 0.0F);
  force.evaluate(
      psi, [](double) { return 1.0; },
      [&](std::size_t axis, std::size_t first, std::span<const float> values) {
        for (std::size_t i = 0; i < values.size(); ++i) local[axis][first + i] += values[i];
      });
  std::array<std::vector<float>, 3> all;
  for (std::size_t c = 0; c < 3; ++c) all[c] = comm.all_gather(std::span<const float>(local[c]));
  return all;
}

/// Root mean square and 99.9th percentile of the error, over the rms force.
struct ForceError {
  double rms, high;
};

ForceError error_against_ewald(const Particles& set,
                               const std::array<std::vector<float>, 3>& force) {
  const std::size_t count = set.x.size();
  const double unit = set.box * set.box * set.box / static_cast<double>(count) / (4 * units::pi);
  double sum = 0, norm = 0;
  std::vector<double> errors;
  for (std::size_t i = 0; i < count; ++i) {
    Vector exact{};
    for (std::size_t j = 0; j < count; ++j) {
      if (i == j) continue;
      // As the program sees them: differences of floats.
      const auto at = [&](std::size_t p, std::size_t c) {
        return static_cast<double>(static_cast<float>(set.x[p][c]));
      };
      const Vector f =
          ewald_force({at(i, 0) - at(j, 0), at(i, 1) - at(j, 1), at(i, 2) - at(j, 2)}, set.box);
      for (std::size_t c = 0; c < 3; ++c) exact[c] += unit * f[c];
    }
    double error2 = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double difference = static_cast<double>(force[c][i]) - exact[c];
      error2 += difference * difference;
      norm += exact[c] * exact[c];
    }
    sum += error2;
    errors.push_back(std::sqrt(error2));
  }
  std::sort(errors.begin(), errors.end());
  const double rms = std::sqrt(norm / static_cast<double>(count));
  return {std::sqrt(sum / static_cast<double>(count)) / rms,
          errors[static_cast<std::size_t>(0.999 * static_cast<double>(count))] / rms};
}

constexpr std::size_t n = 6;
constexpr double box_mpch = 30;

/// The pair force that the tests hold against the error function reaches float precision.
TEST(P3mForce, fit_of_the_pair_force_follows_the_error_function) {
  const sim::ForceSplit split{0.8, 4, 0.05};
  const sim::MeshPairForce fit(split);
  const double peak = sim::exact_mesh_pair_force(0, split.split_radius_mpch);
  for (double r = 0; r <= split.cutoff_mpch; r += 0.01) {
    EXPECT_NEAR(fit(r * r), sim::exact_mesh_pair_force(r * r, split.split_radius_mpch), 1e-5 * peak)
        << "r = " << r;
  }
  // The series and the closed form meet at u = 1/2, r = split radius.
  const double below = sim::exact_mesh_pair_force(0.64 * (1 - 1e-9), 0.8);
  EXPECT_NEAR(below / sim::exact_mesh_pair_force(0.64 * (1 + 1e-9), 0.8), 1, 1e-8);
}

TEST(P3mForce, of_random_and_clustered_particles_is_that_of_ewald_for_every_split) {
  const par::Comm world = par::Comm::world();
  for (const Particles& set : {random_set(n, box_mpch), clustered_set(n, box_mpch)}) {
    for (const double split_cells : {1.0, 1.25, 1.5}) {
      const ForceError error = error_against_ewald(set, p3m_force(world, set, 3 * n, split_cells));
      EXPECT_LE(error.rms, 0.005) << "split radius " << split_cells << " cells";
      EXPECT_LE(error.high, 0.02) << "split radius " << split_cells << " cells";
    }
  }
}

/// Distances from well below a mesh cell to half the box, off the axes and across the edges. All
/// numbers are exact as floats: particles of one place do not pull at each other.
TEST(P3mForce, of_two_particles_is_that_of_ewald_at_every_distance) {
  const par::Comm world = par::Comm::world();
  for (const double scale : {0.125, 0.5, 1.0, 2.0, 4.0, 8.0, 14.0}) {
    const Vector d{0.75 * scale, 0.5 * scale, 0.25 * scale};
    Particles set{2, box_mpch, std::vector<Vector>(8, Vector{29.75, 3.125, 0.25})};
    for (std::size_t i = 4; i < 8; ++i) {
      for (std::size_t c = 0; c < 3; ++c) set.x[i][c] += d[c];
    }
    const auto force = p3m_force(world, set, 20, 1.25);
    const Vector exact = ewald_force(d, box_mpch);
    // Four particles pull, of eight in the box.
    const double unit = 4 * box_mpch * box_mpch * box_mpch / 8 / (4 * units::pi);
    const double size = unit * std::hypot(exact[0], exact[1], exact[2]);
    for (std::size_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(force[c][0], -unit * exact[c], 0.02 * size)
          << "component " << c << " at " << scale;
      EXPECT_NEAR(force[c][4], unit * exact[c], 0.02 * size)
          << "component " << c << " at " << scale;
    }
  }
}

TEST(P3mForce, conserves_momentum) {
  const par::Comm world = par::Comm::world();
  const Particles set = clustered_set(n, box_mpch);
  const auto force = p3m_force(world, set, 3 * n, 1.25);
  for (const std::vector<float>& component : force) {
    double sum = 0, size = 0;
    for (const float f : component) {
      sum += static_cast<double>(f);
      size += std::abs(static_cast<double>(f));
    }
    EXPECT_LE(std::abs(sum), 1e-6 * size);
  }
}

/// Inside 2.8 softenings the pull is the spline's: linear near the centre with slope 32 / (3 h^3).
TEST(P3mForce, is_softened_as_by_a_spline_of_2_8_plummer_softenings) {
  const par::Comm world = par::Comm::world();
  const double softening = 0.5, h = 2.8 * softening;
  Particles set{2, box_mpch, std::vector<Vector>(8, Vector{15, 15, 15})};
  for (std::size_t i = 4; i < 8; ++i) set.x[i][0] += 0.1 * h;
  const auto force = p3m_force(world, set, 20, 1.25, softening);
  const double u = 0.1;
  const double pull = u / (h * h) * (32.0 / 3 + u * u * (32 * u - 38.4));
  const double unit = 4 * box_mpch * box_mpch * box_mpch / 8 / (4 * units::pi);
  EXPECT_NEAR(force[0][0], unit * pull, 0.01 * unit * pull);
  EXPECT_NEAR(force[0][4], -unit * pull, 0.01 * unit * pull);
}

/// The source at small scales multiplies the pairs, the mesh carries what S(k) adds on large ones.
TEST(P3mForce, of_a_plane_wave_follows_the_neutrino_source_at_its_wavenumber) {
  const par::Comm world = par::Comm::world();
  constexpr std::size_t lattice_n = 16;
  constexpr double box = 64, k = 2 * units::pi / box, amplitude = 0.02;
  const par::SlabLayout layout(world, lattice_n);
  field::LatticeField psi(layout, 3, box);
  sim::test::for_each_site(psi, [&](double qx, double, double, std::size_t site) {
    psi.component(0)[site] = static_cast<float>(amplitude / k * std::sin(k * qx));
  });
  sim::P3mForce force(world, 2 * lattice_n, box,
                      sim::P3mForce::split_of(2 * lattice_n, box, box / lattice_n / 40));
  std::vector<float> along(psi.local_sites(), 0.0F);
  const auto source = [&](double q) { return q < 2 * k ? 1.0 : 0.95; };
  force.evaluate(psi, source, [&](std::size_t axis, std::size_t first, std::span<const float> f) {
    if (axis != 0) return;
    for (std::size_t i = 0; i < f.size(); ++i) along[first + i] += f[i];
  });
  for (std::size_t i = 0; i < along.size(); ++i) {
    // Second order in the amplitude, and the cut-off of the pairs.
    EXPECT_NEAR(along[i], psi.component(0)[i], 0.015 * amplitude / k);
  }
}

}  // namespace
