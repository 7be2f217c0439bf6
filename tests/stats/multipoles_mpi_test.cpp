#include "nubox/core/error.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/multipoles.hpp"
#include "nubox/stats/suite.hpp"

#include "stats/fields.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;
constexpr std::size_t lattice_n = 12, mesh_n = 24;

class Multipoles : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::SlabLayout layout_{comm_, lattice_n};
  std::shared_ptr<const fft::Plan> plan_ = fft::Plan::create(comm_, mesh_n);

  static io::FieldHeader header(double redshift) {
    io::FieldHeader header;
    header.box_size_mpch = box_mpch;
    header.n = lattice_n;
    header.redshift = redshift;
    header.cosmology.Omega_m = 0.3;
    header.cosmology.Omega_b = 0.05;
    header.cosmology.h = 0.7;
    return header;
  }

  /// Displacement A n / |n|^2 sin(k x) of a growing wave, delta = -A k cos(k x) / |n| to first
  /// order, with the velocities a H f psi.
  Tracers growing_wave(const std::array<int, 3>& n, double amplitude, double f, double redshift) {
    field::LatticeField psi(layout_, 3, box_mpch), v(layout_, 3, box_mpch);
    const double norm2 = n[0] * n[0] + n[1] * n[1] + n[2] * n[2];
    // Flat LCDM; radiation, which the program's H has too, is 1e-4 of it at z = 1.
    const double E = std::sqrt(0.3 * std::pow(1 + redshift, 3) + 0.7);
    const double aH = 100.0 * E / (1 + redshift);
    for (std::size_t x = 0; x < layout_.local().count; ++x) {
      for (std::size_t y = 0; y < lattice_n; ++y) {
        for (std::size_t z = 0; z < lattice_n; ++z) {
          const double phase = n[0] * static_cast<double>(x + layout_.local().start) +
                               n[1] * static_cast<double>(y) + n[2] * static_cast<double>(z);
          const double wave = amplitude * std::sin(2.0 * units::pi * phase / lattice_n + 0.3);
          for (std::size_t c = 0; c < 3; ++c) {
            const double moved = wave * n[c] / norm2;
            psi.component(c)[psi.site(x, y, z)] = static_cast<float>(moved);
            v.component(c)[psi.site(x, y, z)] = static_cast<float>(aH * f * moved);
          }
        }
      }
    }
    return Tracers(field::Box{header(redshift), std::move(psi), std::move(v)});
  }

  MultipoleTable measure(const Tracers& tracers, Axis axis, const PowerOptions& options) {
    return measure_multipoles(density_modes(tracers, plan_, options.assignment), options, axis);
  }
};

/// Piecewise cubic: its window keeps the images of the lattice's own Bragg peaks out of low modes.
const PowerOptions cubic{field::Assignment::pcs, false, false, 0};

TEST_F(Multipoles, linear_wave_has_the_power_of_kaiser_s_limit) {
  // P_s = (1 + f mu^2)^2 P (Kaiser 1987) for one pair of modes in its bin, times (2 l + 1) L_l(mu).
  struct Case {
    std::array<int, 3> n;
    Axis axis;
    double redshift;
  };
  constexpr double f = 0.6;
  for (const Case& c :
       {Case{{0, 0, 2}, Axis::z, 0.0}, Case{{0, 0, 2}, Axis::x, 0.0}, Case{{1, 0, 2}, Axis::z, 1.0},
        Case{{2, 1, 0}, Axis::x, 0.0}, Case{{1, 1, 1}, Axis::y, 1.0}}) {
    const Tracers particles = growing_wave(c.n, 0.05, f, c.redshift);
    const double norm2 = c.n[0] * c.n[0] + c.n[1] * c.n[1] + c.n[2] * c.n[2];
    const auto bin = static_cast<std::size_t>(std::sqrt(norm2)) - 1;
    const double real =
        measure_power(density_modes(particles, plan_, cubic.assignment), nullptr, cubic)
            .p_model[bin];
    const int along = c.n[static_cast<std::size_t>(c.axis)];
    const double mu2 = along * along / norm2;
    const double kaiser = real * (1 + f * mu2) * (1 + f * mu2);
    const MultipoleTable table = measure(redshift_space(particles, c.axis), c.axis, cubic);
    // Amplitudes of k psi = 0.005: second order is below 1e-4; radiation in H is 2e-4.
    const double tolerance = 1e-3 * kaiser;
    EXPECT_NEAR(table.p[0][bin], kaiser, tolerance);
    EXPECT_NEAR(table.p[1][bin], 5 * kaiser * (3 * mu2 - 1) / 2, 5 * tolerance);
    EXPECT_NEAR(table.p[2][bin], 9 * kaiser * (35 * mu2 * mu2 - 30 * mu2 + 3) / 8, 9 * tolerance);
  }
}

TEST_F(Multipoles, monopole_is_the_power_and_the_others_vanish_within_the_noise) {
  const Tracers particles(
      field::Box{header(0), testing::poisson_displacement(layout_, box_mpch, 4), std::nullopt});
  const PowerOptions options{field::Assignment::cic, false, true, 1728.0};
  const auto modes = density_modes(particles, plan_, options.assignment);
  const PowerTable power = measure_power(modes, nullptr, options);
  const MultipoleTable table = measure_multipoles(modes, options, Axis::z);
  EXPECT_EQ(table.modes, power.modes);
  EXPECT_EQ(table.k_edges_hmpc, power.k_edges_hmpc);
  EXPECT_EQ(table.shot_noise, power.shot_noise);
  for (std::size_t b = 0; b < power.modes.size(); ++b) {
    EXPECT_DOUBLE_EQ(table.p[0][b], power.p_model[b]);
    EXPECT_DOUBLE_EQ(table.k_hmpc[b], power.k_hmpc[b]);
  }
  for (std::size_t b = 2; b < 10; ++b) {
    // var P_l = (2 l + 1) 2 P^2 / N_modes for isotropic modes: 5 sigma, of the raw power.
    const double sigma = (power.p_model[b] + power.shot_noise) *
                         std::sqrt(2.0 / static_cast<double>(table.modes[b]));
    EXPECT_LT(std::abs(table.p[1][b]), 5 * std::sqrt(5.0) * sigma);
    EXPECT_LT(std::abs(table.p[2][b]), 5 * std::sqrt(9.0) * sigma);
  }
}

TEST_F(Multipoles, a_catalogue_moves_like_the_lattice) {
  const Tracers lattice = growing_wave({1, 0, 2}, 3.0, 0.5, 0.0);
  const auto& snapshot = *lattice.lattice();
  Catalogue catalogue;
  const double spacing = box_mpch / lattice_n;
  for (std::size_t i = 0; i < snapshot.displacement.local_sites(); ++i) {
    const std::size_t plane = lattice_n * lattice_n;
    const double q[3] = {spacing * static_cast<double>(layout_.local().start + i / plane),
                         spacing * static_cast<double>(i / lattice_n % lattice_n),
                         spacing * static_cast<double>(i % lattice_n)};
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = q[c] + snapshot.displacement.component(c)[i] + box_mpch;
      catalogue.positions_mpch.push_back(static_cast<float>(std::fmod(x, box_mpch)));
      catalogue.velocities_kms.push_back(snapshot.velocity->component(c)[i]);
    }
  }
  const Tracers particles(comm_, header(0), std::move(catalogue));
  const auto a = measure(redshift_space(lattice, Axis::z), Axis::z, cubic);
  const auto b = measure(redshift_space(particles, Axis::z), Axis::z, cubic);
  for (std::size_t i = 0; i < 6; ++i) {
    // Positions rounded to floats: 1e-6 of a cell.
    EXPECT_NEAR(a.p[0][i], b.p[0][i], 1e-4 * a.p[0][1]);
    EXPECT_NEAR(a.p[1][i], b.p[1][i], 1e-4 * a.p[0][1]);
  }
}

TEST_F(Multipoles, are_a_group_of_the_file_and_need_velocities) {
  const auto run = [&](const Tracers& tracers, io::TableFile& table) {
    const StatsOptions options{.statistics = {"multipoles"},
                               .multipoles = {.interlaced = true, .axis = Axis::y}};
    SharedMeshes shared(tracers, nullptr, mesh_n, field::Assignment::tsc);
    return measure_all(shared, statistics_of(options), table, [](const auto&) {});
  };
  io::TableFile table;
  const auto failed = run(growing_wave({0, 2, 0}, 1.0, 0.5, 0.0), table);
  ASSERT_TRUE(failed.empty()) << failed.front().error.what();
  for (const char* name : {"k_edges", "k", "p0_model", "p2_model", "p4_model"}) {
    EXPECT_TRUE(table.arrays.contains(std::string("multipoles/") + name)) << name;
  }
  EXPECT_EQ(std::get<std::string>(table.group_attributes.at("multipoles").at("line_of_sight")),
            "y");

  io::TableFile none;
  const Tracers still(
      field::Box{header(0), testing::poisson_displacement(layout_, box_mpch, 4), std::nullopt});
  const auto failures = run(still, none);
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].error.code(), ExitCode::input);
  EXPECT_NE(std::string(failures[0].error.what()).find("velocities"), std::string::npos);
}

}  // namespace
}  // namespace nubox::stats
