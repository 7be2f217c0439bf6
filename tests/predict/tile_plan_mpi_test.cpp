#include "nubox/core/error.hpp"
#include "nubox/predict/tile_plan.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

constexpr double plenty = 1e15;

/// Halo 8 and stride 2 with one level, 20 and 4 with two.
net::Architecture vnet(std::size_t levels = 1) {
  net::Architecture architecture = net::default_architecture(net::NetworkKind::vnet);
  architecture.levels = levels;
  architecture.channels = 16;
  return architecture;
}

net::Architecture plain_d3m() { return net::default_architecture(net::NetworkKind::d3m); }

/// How often each site of this rank's slab is written by the tiles of a plan.
std::vector<int> coverage(const TilePlan& plan, const par::SlabLayout& layout) {
  const std::size_t n = layout.n();
  std::vector<int> count(layout.local().count * n * n, 0);
  for (const TileOrigin& origin : plan.origins) {
    for (std::size_t i = 0; i < plan.tile[0]; ++i) {
      const auto x = static_cast<std::size_t>(origin.x) + i;
      if (!layout.local().contains(x)) continue;
      for (std::size_t y = origin.y; y < std::min(origin.y + plan.tile[1], n); ++y) {
        for (std::size_t z = origin.z; z < std::min(origin.z + plan.tile[2], n); ++z) {
          ++count[((x - layout.local().start) * n + y) * n + z];
        }
      }
    }
  }
  return count;
}

TEST(TilePlan, covers_every_site_of_the_slab_once) {
  const par::Comm world = par::Comm::world();
  for (const std::size_t n : {4, 8, 16, 20}) {
    const par::SlabLayout layout(world, n);
    for (const std::size_t edge : {std::size_t{0}, std::size_t{4}, std::size_t{8}, n}) {
      for (const double memory : {1.0, plenty}) {
        const TilePlan plan = plan_tiles(layout, vnet(2), {edge, memory});
        for (const int count : coverage(plan, layout)) ASSERT_EQ(count, 1);
      }
    }
  }
}

TEST(TilePlan, keeps_origins_on_the_stride_and_its_planes_within_the_slab_halo) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, 24);
  for (const net::Architecture& architecture : {vnet(), plain_d3m()}) {
    const bool fixed_grid = architecture.pads_tile_faces();
    const TilePlan plan = plan_tiles(layout, architecture, {8});
    const auto low = static_cast<std::ptrdiff_t>(layout.local().start);
    const auto high = static_cast<std::ptrdiff_t>(layout.local().end());
    const auto halo = static_cast<std::ptrdiff_t>(plan.halo);
    const auto reach = static_cast<std::ptrdiff_t>(plan.slab_halo);
    for (const TileOrigin& origin : plan.origins) {
      EXPECT_EQ(origin.x % (fixed_grid ? 8 : 2), 0);
      EXPECT_GE(origin.x - halo, low - reach);
      EXPECT_LE(origin.x + 8 + halo, high + reach);
    }
  }
}

TEST(TilePlan, takes_a_slab_as_one_tile_and_smaller_ones_under_a_memory_limit) {
  const par::Comm self = par::Comm::self();
  const par::SlabLayout layout(self, 32);
  const net::Architecture architecture = vnet();
  const TilePlan one = plan_tiles(layout, architecture, {0, plenty});
  EXPECT_EQ(one.tile, (net::Extent{32, 32, 32}));
  EXPECT_EQ(one.origins.size(), 1u);
  EXPECT_NEAR(one.waste,
              net::multiply_adds(architecture, one.tile) /
                  (32. * 32 * 32 * net::multiply_adds_per_voxel(architecture)),
              1e-12);
  const TilePlan many = plan_tiles(layout, architecture, {0, 20e6});
  EXPECT_GT(many.origins.size(), 1u);
  EXPECT_GT(many.waste, one.waste);
}

TEST(TilePlan, follows_the_shape_of_thin_slabs) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, 32);
  const TilePlan plan = plan_tiles(layout, vnet(), {0, plenty});
  EXPECT_EQ(plan.tile[0], (layout.slab_of(0).count + 1) / 2 * 2);
  EXPECT_EQ(plan.tile[1], 32u);
  EXPECT_EQ(plan.tile[2], 32u);
}

TEST(TilePlan, refuses_what_does_not_fit_on_all_ranks) {
  const par::Comm world = par::Comm::world();
  const auto refused = [&](std::size_t n, const net::Architecture& architecture,
                           TileChoice choice) {
    const par::SlabLayout layout(world, n);
    try {
      (void)plan_tiles(layout, architecture, choice);
      ADD_FAILURE() << "n " << n << ", edge " << choice.edge << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_TRUE(error.agreed());
    }
  };
  refused(18, vnet(2), {0});       // the lattice is no multiple of the stride
  refused(24, vnet(2), {6});       // nor is the tile
  refused(24, plain_d3m(), {16});  // plain tiles do not divide the lattice
}

}  // namespace
}  // namespace nubox::predict
