#include "nubox/core/error.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/halo_clustering.hpp"

#include "stats/suite.hpp"
#include "support/compare.hpp"
#include "support/files.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using testing::box_mpch;
using testing::lattice_n;

/// A catalogue of `count` haloes at random places, of descending mass.
HaloCatalogue random_catalogue(std::size_t count) {
  HaloCatalogue catalogue;
  catalogue.particle_mass_msunh = 1e10;
  catalogue.has_velocities = true;
  for (std::size_t i = 0; i < count; ++i) {
    Halo halo{.particles = 2 * count - i, .first_site = i};
    for (std::size_t c = 0; c < 3; ++c) {
      halo.position_mpch[c] = box_mpch * testing::hashed(i, c);
      halo.velocity_kms[c] = 300 * testing::gaussian(3 * i + c);
    }
    catalogue.haloes.push_back(halo);
  }
  return catalogue;
}

class HaloClustering : public testing::Measuring {};

TEST_F(HaloClustering, pairwise_velocity_is_that_of_all_pairs) {
  const HaloCatalogue catalogue = random_catalogue(200);
  const double least = 250e10;                     // 150 haloes
  for (const double reach : {12.0, 26.0, 50.0}) {  // many cells, three, two
    const std::vector<double> edges{0, reach / 2, reach};
    const auto measured = pairwise_velocity(comm_, catalogue, least, box_mpch, edges);
    double sums[2] = {0, 0}, squares[2] = {0, 0};
    std::uint64_t pairs[2] = {0, 0};
    for (std::size_t i = 0; i <= 150; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        const Halo &a = catalogue.haloes[i], &b = catalogue.haloes[j];
        double d[3], d2 = 0, along = 0;
        for (std::size_t c = 0; c < 3; ++c) {
          d[c] = b.position_mpch[c] - a.position_mpch[c];
          d[c] -= box_mpch * std::round(d[c] / box_mpch);
          d2 += d[c] * d[c];
        }
        const double distance = std::sqrt(d2);
        if (distance >= reach) continue;
        for (std::size_t c = 0; c < 3; ++c) {
          along += d[c] / distance * (b.velocity_kms[c] - a.velocity_kms[c]);
        }
        const int bin = distance < reach / 2 ? 0 : 1;
        ++pairs[bin];
        sums[bin] += along;
        squares[bin] += along * along;
      }
    }
    for (std::size_t bin = 0; bin < 2; ++bin) {
      ASSERT_EQ(measured.pairs[bin], pairs[bin]) << reach;
      const auto n = static_cast<double>(pairs[bin]);
      // Velocities are rounded to 2^-12 km/s.
      EXPECT_NEAR(measured.mean_kms[bin], sums[bin] / n, 2e-4);
      EXPECT_NEAR(measured.dispersion_kms[bin],
                  std::sqrt(squares[bin] / n - std::pow(sums[bin] / n, 2)), 2e-3);
    }
  }
}

TEST_F(HaloClustering, pairwise_velocity_is_negative_for_infall_and_the_same_on_all_ranks) {
  HaloCatalogue two = random_catalogue(2);
  two.haloes[0].position_mpch = {99, 50, 50};
  two.haloes[1].position_mpch = {2, 50, 50};  // 3 Mpc/h apart across the edge
  two.haloes[0].velocity_kms = {200, 7, 0};
  two.haloes[1].velocity_kms = {-100, 0, 5};
  const std::vector<double> edges{0, 2, 4};
  const auto infall = pairwise_velocity(comm_, two, 0, box_mpch, edges);
  EXPECT_EQ(infall.pairs, (std::vector<std::uint64_t>{0, 1}));
  EXPECT_NEAR(infall.mean_kms[1], -300, 1e-3);
  EXPECT_TRUE(std::isnan(infall.mean_kms[0]));
  two.haloes[1].position_mpch = two.haloes[0].position_mpch;
  EXPECT_EQ(pairwise_velocity(comm_, two, 0, box_mpch, edges).pairs[0], 0U);

  const HaloCatalogue catalogue = random_catalogue(300);
  const auto together = pairwise_velocity(comm_, catalogue, 0, box_mpch, edges);
  const auto alone = pairwise_velocity(par::Comm::self(), catalogue, 0, box_mpch, edges);
  EXPECT_TRUE(test::same_bits(together.mean_kms, alone.mean_kms));
  EXPECT_TRUE(test::same_bits(together.dispersion_kms, alone.dispersion_kms));
}

TEST_F(HaloClustering, pairs_beyond_half_the_box_are_refused) {
  const HaloCatalogue catalogue = random_catalogue(5);
  for (const auto& edges : {std::vector<double>{0, 51}, {0}, {1, 2}, {0, 3, 3}}) {
    const auto error =
        test::error_of([&] { (void)pairwise_velocity(comm_, catalogue, 0, box_mpch, edges); });
    ASSERT_TRUE(error.has_value());
    EXPECT_EQ(error->code(), ExitCode::usage);
  }
}

TEST_F(HaloClustering, of_haloes_that_are_the_particles_has_bias_one_and_their_power) {
  // Every particle is a halo: their spectra are those of the particles.
  const Tracers particles = tracers(3);
  HaloCatalogue catalogue = random_catalogue(lattice_n * lattice_n * lattice_n);
  std::vector<float> own[3];
  for (std::size_t c = 0; c < 3; ++c) {
    const auto psi = particles.lattice()->displacement.component(c);
    for (std::size_t i = 0; i < psi.size(); ++i) {
      const std::size_t site = layout_.local().start * lattice_n * lattice_n + i;
      const std::size_t q[3] = {site / (lattice_n * lattice_n), site / lattice_n % lattice_n,
                                site % lattice_n};
      const double x = psi[i] + box_mpch / lattice_n * static_cast<double>(q[c]);
      own[c].push_back(static_cast<float>(x - box_mpch * std::floor(x / box_mpch)));
    }
    const auto all = comm_.all_gather(std::span<const float>(own[c]));
    for (std::size_t i = 0; i < all.size(); ++i) {
      catalogue.haloes[i].position_mpch[c] = all[i];
      catalogue.haloes[i].velocity_kms[c] = 0;
    }
  }
  const Tracers haloes = halo_tracers(particles, catalogue, 0);
  EXPECT_EQ(haloes.total(), particles.total());
  for (const bool interlaced : {false, true}) {
    SharedMeshes shared(particles, nullptr, 0, field::Assignment::cic);
    const HaloPower measured =
        measure_halo_power(shared, Side::model, haloes, {.interlaced = interlaced});
    for (std::size_t b = 0; b < 5; ++b) {
      // Positions are floats in the catalogue and 2^-32 of the box in the lattice.
      EXPECT_NEAR(measured.bias[b], 1, 1e-4) << b;
      EXPECT_NEAR(measured.power.p_model[b] / measured.power.p_target[b], 1, 1e-4);
      // At rest, redshift space is real space.
      EXPECT_NEAR(measured.multipoles.p[0][b] / measured.power.p_model[b], 1, 1e-6);
    }
  }
  EXPECT_EQ(halo_tracers(particles, catalogue, 2 * 1728 * 1e10).total(), 1U);
}

}  // namespace
}  // namespace nubox::stats
