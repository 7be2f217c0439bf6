#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/halo_matches.hpp"
#include "nubox/stats/haloes.hpp"

#include "stats/suite.hpp"
#include "support/compare.hpp"
#include "support/files.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;
constexpr std::size_t n = 12;

/// Lattices of which some cubes of sites have collapsed.
class Haloes : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::Comm self_ = par::Comm::self();

  static io::FieldHeader header(double M_nu_eV = 0) {
    io::FieldHeader header;
    header.box_size_mpch = box_mpch;
    header.n = n;
    header.cosmology.Omega_m = 0.3;
    header.cosmology.Omega_b = 0.05;
    header.cosmology.h = 0.7;
    header.cosmology.M_nu_eV = M_nu_eV;
    return header;
  }

  struct Clump {
    std::size_t first[3], side;
    double centre_mpch[3];
  };
  /// Cubes of sites contracted to a hundredth of their size about a centre; velocities as given by
  /// `velocity(site, axis)`.
  template <class Velocity>
  static Tracers box(const par::Comm& comm, const std::vector<Clump>& clumps, double M_nu_eV,
                     Velocity&& velocity) {
    const par::SlabLayout layout(comm, n);
    field::LatticeField psi(layout, 3, box_mpch), v(layout, 3, box_mpch);
    const double spacing = box_mpch / n;
    for (std::size_t i = 0; i < psi.local_sites(); ++i) {
      const std::size_t site = layout.local().start * n * n + i;
      const std::size_t q[3] = {site / (n * n), site / n % n, site % n};
      for (const Clump& clump : clumps) {
        bool inside = true;
        for (int c = 0; c < 3; ++c) inside &= (q[c] + n - clump.first[c]) % n < clump.side;
        if (!inside) continue;
        for (std::size_t c = 0; c < 3; ++c) {
          const auto step = static_cast<double>((q[c] + n - clump.first[c]) % n);
          const double middle = 0.5 * static_cast<double>(clump.side - 1);
          const double x = clump.centre_mpch[c] + 0.01 * spacing * (step - middle);
          psi.component(c)[i] = static_cast<float>(x - spacing * static_cast<double>(q[c]));
        }
      }
      for (std::size_t c = 0; c < 3; ++c) v.component(c)[i] = static_cast<float>(velocity(site, c));
    }
    return Tracers(field::Box{header(M_nu_eV), std::move(psi), std::move(v)});
  }
  static double no_velocity(std::size_t, std::size_t) { return 0; }

  /// Two haloes, of 64 and 27 sites; the first one lies across an edge and a corner of the box.
  static std::vector<Clump> two() {
    return {{{10, 0, 3}, 4, {99.9, 0.05, 30}}, {{4, 6, 9}, 3, {54, 62.5, 99.98}}};
  }
};

TEST_F(Haloes, have_the_mass_centre_velocity_and_dispersion_of_their_particles) {
  const auto velocity = [](std::size_t site, std::size_t c) {
    return 100.0 * static_cast<double>(c) - 300 + (site % 2 == 0 ? 50 : -50);
  };
  const Tracers tracers = box(comm_, two(), 0, velocity);
  const HaloCatalogue catalogue = find_haloes(tracers, {});
  ASSERT_EQ(catalogue.haloes.size(), 2U);
  EXPECT_NEAR(catalogue.particle_mass_msunh, 0.3 * units::critical_density * 1e6 / (n * n * n),
              1e-12 * catalogue.particle_mass_msunh);
  const Halo& first = catalogue.haloes[0];
  EXPECT_EQ(first.particles, 64U);
  EXPECT_EQ(first.first_site, 3U);  // (0, 0, 3): x = 10, 11, 0, 1
  // Displacements are floats of up to 1e2 Mpc/h.
  EXPECT_NEAR(first.position_mpch[0], 99.9, 1e-5);
  EXPECT_NEAR(first.position_mpch[1], 0.05, 1e-5);
  EXPECT_NEAR(first.position_mpch[2], 30, 1e-5);
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(first.velocity_kms[c], 100.0 * static_cast<double>(c) - 300, 1e-9) << c;
  }
  EXPECT_NEAR(first.dispersion_kms, 50, 1e-9);
  EXPECT_EQ(catalogue.haloes[1].particles, 27U);
  EXPECT_EQ(catalogue.haloes[1].first_site, (4 * n + 6) * n + 9);
  EXPECT_NEAR(catalogue.haloes[1].position_mpch[2], 99.98, 1e-5);
}

TEST_F(Haloes, have_the_mass_of_dark_matter_and_baryons_without_neutrinos) {
  const Tracers light = box(comm_, two(), 0, no_velocity),
                heavy = box(comm_, two(), 0.6, no_velocity);
  const double Omega_nu = 0.6 / (units::neutrino_eV_per_Omega_h2 * 0.49);
  EXPECT_NEAR(particle_mass_msunh(heavy) / particle_mass_msunh(light), 1 - Omega_nu / 0.3, 1e-12);
}

TEST_F(Haloes, are_the_same_bits_on_every_number_of_ranks) {
  const auto velocity = [](std::size_t site, std::size_t c) {
    return 900 * testing::gaussian(3 * site + c);
  };
  std::vector<Clump> clumps = two();
  for (std::size_t i = 0; i < 4; ++i) {
    clumps.push_back({{2 * i, 2, 3 * i % n}, 2, {7.0 + 21 * static_cast<double>(i), 20, 40}});
  }
  const HaloOptions options{.least_particles = 8};
  const HaloCatalogue together = find_haloes(box(comm_, clumps, 0, velocity), options);
  const HaloCatalogue alone = find_haloes(box(self_, clumps, 0, velocity), options);
  ASSERT_EQ(together.haloes.size(), alone.haloes.size());
  ASSERT_GE(alone.haloes.size(), 5U);
  static_assert(sizeof(Halo) == 9 * sizeof(double));  // no padding to compare
  EXPECT_TRUE(test::same_bits(together.haloes, alone.haloes));
  const std::size_t first = par::SlabLayout(comm_, n).local().start * n * n;
  for (std::size_t i = 0; i < together.halo_of_particle.size(); ++i) {
    ASSERT_EQ(together.halo_of_particle[i], alone.halo_of_particle[first + i]);
  }
}

TEST_F(Haloes, of_velocities_faster_than_light_are_refused) {
  for (const double wrong : {4e5, std::nan("")}) {
    const Tracers tracers =
        box(comm_, two(), 0, [&](std::size_t site, std::size_t) { return site == 3 ? wrong : 0; });
    const auto error = test::error_of([&] { (void)find_haloes(tracers, {}); });
    ASSERT_TRUE(error.has_value());
    EXPECT_TRUE(error->agreed());
    EXPECT_EQ(error->code(), ExitCode::input);
  }
}

TEST_F(Haloes, of_linking_lengths_beyond_half_the_box_are_refused) {
  const Tracers tracers = box(comm_, two(), 0, no_velocity);
  const auto error = test::error_of([&] { (void)find_haloes(tracers, {.linking_length = 6.01}); });
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->code(), ExitCode::usage);
  EXPECT_EQ(find_haloes(tracers, {.linking_length = 5.9}).haloes.size(), 1U);
}

TEST_F(Haloes, mass_function_counts_half_open_bins_with_poisson_errors) {
  HaloCatalogue catalogue;
  catalogue.particle_mass_msunh = 1e10;
  for (const std::uint64_t particles : {400U, 100U, 100U, 99U, 20U, 10U}) {
    catalogue.haloes.push_back({.particles = particles});
  }
  const std::vector<double> edges{2e11, 1e12, 4e12};
  const HaloMassFunction function = mass_function(catalogue, edges, 10);
  EXPECT_EQ(function.counts, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_NEAR(function.dn_dlnm[1], 2 / (1e3 * std::log(4.0)), 1e-15);
  EXPECT_NEAR(function.poisson_error[0], std::sqrt(2) / (1e3 * std::log(5.0)), 1e-15);
  for (const auto& wrong : {std::vector<double>{1}, {1, 1}, {2, 1}, {0, 1}}) {
    EXPECT_TRUE(test::error_of([&] { (void)mass_function(catalogue, wrong, 10); }).has_value());
  }
}

TEST_F(Haloes, of_twins_are_matched_by_their_sites_wherever_they_are) {
  std::vector<Clump> moved = two();
  moved[0].centre_mpch[0] = 2.9;  // by 3 Mpc/h across the edge
  moved[1].side = 4;              // grows from 27 to 64 sites
  // A halo at the old place of the first one, of other sites, must not be taken for it.
  moved.push_back({{5, 2, 0}, 3, {99.9, 0.05, 30}});
  const auto ten = [](std::size_t, std::size_t c) { return c == 1 ? 10.0 : 0.0; };
  const HaloCatalogue model = find_haloes(box(comm_, moved, 0, ten), {});
  const HaloCatalogue target = find_haloes(box(comm_, two(), 0, no_velocity), {});
  ASSERT_EQ(model.haloes.size(), 3U);
  const auto matches = match_haloes(comm_, model, target);
  ASSERT_EQ(matches.size(), 2U);
  EXPECT_EQ(matches[0].shared, 64U);
  EXPECT_EQ(model.haloes[matches[0].model].first_site, target.haloes[0].first_site);
  EXPECT_EQ(matches[1].shared, 27U);
  const double mass = target.particle_mass_msunh;
  const std::vector<double> edges{20 * mass, 40 * mass, 100 * mass, 200 * mass};
  const HaloMatchErrors errors = match_errors(model, target, matches, edges, box_mpch);
  EXPECT_EQ(errors.matches, (std::vector<std::uint64_t>{1, 1, 0}));
  EXPECT_NEAR(errors.mass_ratio_mean[0], 64.0 / 27, 1e-12);
  EXPECT_NEAR(errors.mass_ratio_mean[1], 1, 1e-12);
  EXPECT_NEAR(errors.mass_ratio_scatter[1], 0, 1e-7);
  EXPECT_NEAR(errors.position_rms_mpch[1], 3, 1e-5);
  EXPECT_NEAR(errors.velocity_rms_kms[1], 10, 1e-9);
  EXPECT_EQ(errors.fraction[1], 1);
  EXPECT_TRUE(std::isnan(errors.mass_ratio_mean[2]));
}

TEST_F(Haloes, statistic_writes_catalogues_mass_functions_and_matches) {
  const Tracers model = box(comm_, two(), 0, no_velocity),
                target = box(comm_, two(), 0.3, no_velocity);
  StatsOptions options{.statistics = {"haloes"}, .has_target = true};
  options.haloes.log10_mass_edges = {11, 16, 6};
  SharedMeshes shared(model, &target, 0, field::Assignment::cic);
  io::TableFile table;
  raise(measure_all(shared, statistics_of(options), table, [](const io::TableFile&) {}), "no file");
  EXPECT_EQ(io::column<std::uint64_t>(table, "haloes/catalogue_model/particles"),
            (std::vector<std::uint64_t>{64, 27}));
  EXPECT_EQ(io::column<std::uint64_t>(table, "haloes/catalogue_matches/shared"),
            (std::vector<std::uint64_t>{64, 27}));
  std::uint64_t counted = 0;
  for (const auto count : io::column<std::uint64_t>(table, "haloes/counts_target"))
    counted += count;
  EXPECT_EQ(counted, 2U);
  EXPECT_EQ(table.arrays.at("haloes/hmf_ratio").shape, (std::vector<std::size_t>{5}));
}

TEST_F(Haloes, that_do_not_exist_are_an_empty_catalogue) {
  const Tracers tracers = box(comm_, {}, 0, no_velocity);  // a lattice
  StatsOptions options{.statistics = {"haloes"}};
  SharedMeshes shared(tracers, nullptr, 0, field::Assignment::cic);
  io::TableFile table;
  raise(measure_all(shared, statistics_of(options), table, [](const io::TableFile&) {}), "no file");
  EXPECT_EQ(table.arrays.at("haloes/catalogue_model/mass").shape, (std::vector<std::size_t>{0}));
  for (const double value : io::column<double>(table, "haloes/hmf_model")) EXPECT_EQ(value, 0);
}

TEST_F(Haloes, options_that_make_no_sense_are_refused) {
  StatsOptions options{.statistics = {"haloes"}};
  options.haloes.linking_length = 0;
  EXPECT_TRUE(test::error_of([&] { (void)statistics_of(options); }).has_value());
  for (const auto& edges : {std::vector<double>{10, 16}, {16, 10, 5}, {10, 16, 1}, {10, 16, 2.5}}) {
    options.haloes = {.log10_mass_edges = edges};
    EXPECT_TRUE(test::error_of([&] { (void)statistics_of(options); }).has_value());
  }
}

}  // namespace
}  // namespace nubox::stats
