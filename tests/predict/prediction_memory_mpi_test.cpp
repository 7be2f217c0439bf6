#include "nubox/predict/prediction_memory.hpp"

#include "sim/support.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

net::Architecture default_network() {
  net::Architecture architecture = net::default_architecture(net::NetworkKind::vnet);
  architecture.channels = 16;
  architecture.input_channels = 9;
  return architecture;
}

BoxRequest request(std::size_t n, const net::Architecture* network) {
  return {.n = n,
          .box_size_mpch = 1000.0 / 512 * static_cast<double>(n),
          .has_velocity = true,
          .prior = prior::Kind::rewind,
          .rewind = {},
          .network = network};
}

TEST(PredictMemory, a_box_of_512_fits_into_20_gigabytes_on_two_ranks) {
  const par::Comm world = par::Comm::world();
  if (world.size() != 2) return;
  const net::Architecture network = default_network();
  const auto needs = memory_estimate(world, request(512, &network), sim::test::theory_of(0));
  // The program itself, libraries included, has about 0.3 GB on each rank.
  EXPECT_LT(2e-9 * (static_cast<double>(needs.peak_bytes()) + 0.3e9), 20);
  // Neither less than what must be there: the particles and two force meshes of 1024^3.
  EXPECT_GT(static_cast<double>(needs.prior_bytes),
            0.5 * (24 * std::pow(512.0, 3) + 8 * std::pow(1024.0, 3)));
}

TEST(PredictMemory, of_a_rank_falls_with_the_number_of_ranks_and_grows_with_what_is_asked) {
  const par::Comm world = par::Comm::world(), self = par::Comm::self();
  const net::Architecture network = default_network();
  const auto theory = sim::test::theory_of(0);
  const BoxRequest plain = request(64, &network);
  const auto alone = memory_estimate(self, plain, theory),
             shared = memory_estimate(world, plain, theory);
  if (world.size() > 1) {
    EXPECT_LT(shared.prior_bytes, alone.prior_bytes);
    EXPECT_LT(shared.halo_bytes, alone.halo_bytes);
  }
  BoxRequest more = plain;
  more.neutrino_mesh = 128;
  more.measures_seams = true;
  const auto larger = memory_estimate(world, more, theory);
  EXPECT_GT(larger.output_bytes, shared.output_bytes);
  EXPECT_GE(larger.prior_bytes, shared.prior_bytes);

  BoxRequest prior_alone = plain;
  prior_alone.network = nullptr;
  const auto without = memory_estimate(world, prior_alone, theory);
  EXPECT_EQ(without.network_bytes + without.halo_bytes + without.features_bytes, 0U);
}

TEST(PredictMemory, tiles_fit_into_their_memory_limit) {
  const par::Comm self = par::Comm::self();
  const net::Architecture network = default_network();
  for (const double memory : {0.1e9, 0.5e9, 3e9}) {
    const TilePlan plan = plan_tiles(par::SlabLayout(self, 128), network, {0, memory});
    EXPECT_LE(tile_bytes(network, plan.tile), memory);
  }
}

}  // namespace
}  // namespace nubox::predict
