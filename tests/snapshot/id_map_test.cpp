#include "nubox/snapshot/id_map.hpp"

#include <array>

#include <gtest/gtest.h>

namespace nubox::snapshot {
namespace {

std::array<std::uint64_t, 3> coordinates(std::uint64_t site, std::uint64_t n) {
  return {site / (n * n), site / n % n, site % n};
}

TEST(IdMap, puts_a_published_quijote_particle_on_its_site) {
  // 0-based ID 620 of a 512^3 run lies at (2.14, 16.49, 86.31) Mpc/h at z = 3: cells of 1.953.
  const IdMap tiles(512, 64, 1, false);
  EXPECT_EQ(coordinates(tiles.site(621), 512), (std::array<std::uint64_t, 3>{0, 9, 44}));
  const IdMap row_major(512, 512, 1, false);
  EXPECT_EQ(coordinates(row_major.site(621), 512), (std::array<std::uint64_t, 3>{0, 1, 108}));
}

TEST(IdMap, follows_the_generator_tile_by_tile) {
  // The loops of the generator: tiles, then particle kinds, then the glass, x slowest.
  constexpr std::uint64_t n = 12;
  for (const std::uint64_t tile : {1, 2, 3, 4, 6, 12}) {
    for (const bool interleaved : {false, true}) {
      for (const std::uint64_t first : {0, 1}) {
        const IdMap map(n, tile, first, interleaved);
        std::uint64_t id = first;
        const std::uint64_t side = n / tile;
        for (std::uint64_t t = 0; t < side * side * side; ++t) {
          for (std::uint64_t m = 0; m < tile * tile * tile; ++m, ++id) {
            const auto [ti, tj, tk] = coordinates(t, side);
            const auto [mi, mj, mk] = coordinates(m, tile);
            const std::uint64_t site = ((ti * tile + mi) * n + tj * tile + mj) * n + tk * tile + mk;
            ASSERT_EQ(map.site(id), site);
            ASSERT_EQ(map.id(site), id);
          }
          for (std::uint64_t m = 0; interleaved && m < tile * tile * tile; ++m, ++id) {
            ASSERT_EQ(map.site(id), no_site);
          }
        }
        EXPECT_EQ(map.site(id), no_site);
        if (first == 1) {
          EXPECT_EQ(map.site(0), no_site);
        }
      }
    }
  }
}

TEST(IdMap, maps_come_from_the_range_of_ids) {
  constexpr std::uint64_t n = 128, particles = n * n * n;
  const auto names = [](const std::vector<IdMap>& maps) {
    std::string text;
    for (const IdMap& map : maps) text += map.name() + "; ";
    return text;
  };
  const std::string massless = names(maps_for(n, {1, particles, particles}));
  EXPECT_EQ(massless.find("tiles of 64^3 from ID 1; row-major from ID 1; tiles of 32^3"), 0U)
      << massless;
  EXPECT_EQ(names(maps_for(n, {0, particles - 1, particles})).find("tiles of 64^3 from ID 0"), 0U);
  // The last ID belongs to the neutrinos of the last tile.
  EXPECT_EQ(names(maps_for(n, {1, 2 * particles - 64 * 64 * 64, particles})),
            "tiles of 64^3 from ID 1, neutrinos between; ");
  EXPECT_EQ(names(maps_for(n, {1, particles + 1, particles})), "");
  EXPECT_EQ(names(maps_for(n, {5, particles + 4, particles})), "");
}

}  // namespace
}  // namespace nubox::snapshot
