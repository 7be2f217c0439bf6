#include "nubox/core/error.hpp"
#include "nubox/predict/tile_plan.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

constexpr std::size_t plenty = std::size_t{1} << 40;

/// How often each site of this rank's slab is written by the tiles of a plan.
std::vector<int> coverage(const TilePlan& plan, const par::SlabLayout& layout) {
  const std::size_t n = layout.n();
  std::vector<int> count(layout.local().count * n * n, 0);
  for (const TileOrigin& origin : plan.origins) {
    for (std::size_t i = 0; i < plan.tile; ++i) {
      const auto x = static_cast<std::size_t>(origin.x) + i;
      if (!layout.local().contains(x)) continue;
      for (std::size_t y = origin.y; y < std::min(origin.y + plan.tile, n); ++y) {
        for (std::size_t z = origin.z; z < std::min(origin.z + plan.tile, n); ++z) {
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
    for (const std::size_t tile : {std::size_t{0}, std::size_t{4}, std::size_t{8}, n}) {
      const TilePlan plan = plan_tiles(layout, {6, 4}, tile, false, plenty);
      for (const int count : coverage(plan, layout)) ASSERT_EQ(count, 1);
    }
  }
}

TEST(TilePlan, keeps_origins_on_the_stride_and_its_planes_within_the_slab_halo) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, 20);
  for (const bool fixed_grid : {false, true}) {
    const TilePlan plan = plan_tiles(layout, {6, 2}, 10, fixed_grid, plenty);
    const auto low = static_cast<std::ptrdiff_t>(layout.local().start);
    const auto high = static_cast<std::ptrdiff_t>(layout.local().end());
    for (const TileOrigin& origin : plan.origins) {
      EXPECT_EQ(origin.x % (fixed_grid ? 10 : 2), 0);
      EXPECT_GE(origin.x - 6, low - static_cast<std::ptrdiff_t>(plan.slab_halo));
      EXPECT_LE(origin.x + 10 + 6, high + static_cast<std::ptrdiff_t>(plan.slab_halo));
    }
  }
}

TEST(TilePlan, chooses_one_tile_for_a_serial_box_and_smaller_ones_under_a_memory_limit) {
  const par::Comm self = par::Comm::self();
  const par::SlabLayout layout(self, 32);
  EXPECT_EQ(plan_tiles(layout, {4, 4}, 0, false, plenty).tile, 32u);
  EXPECT_NEAR(plan_tiles(layout, {4, 4}, 0, false, plenty).waste(layout),
              40.0 * 40 * 40 / (32 * 32 * 32), 1e-12);
  EXPECT_EQ(plan_tiles(layout, {4, 4}, 0, false, 24 * 24 * 24).tile, 16u);
}

TEST(TilePlan, refuses_what_does_not_fit_on_all_ranks) {
  const par::Comm world = par::Comm::world();
  const par::SlabLayout layout(world, 18);
  for (const auto& [tile, fixed] : {std::pair{0, false}, {6, false}, {4, true}}) {
    try {
      (void)plan_tiles(layout, {2, 4}, static_cast<std::size_t>(tile), fixed, plenty);
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_TRUE(error.agreed());
    }
  }
  EXPECT_THROW((void)plan_tiles(layout, {2, 2}, 4, true, plenty), Error);
}

}  // namespace
}  // namespace nubox::predict
