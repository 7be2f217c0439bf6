#include "nubox/train/crop_server.hpp"

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

/// A value that names its component and site.
float mark(std::size_t n, std::size_t c, std::size_t x, std::size_t y, std::size_t z) {
  return static_cast<float>(((c * n + x) * n + y) * n + z);
}

field::LatticeField marked(const par::Comm& comm, std::size_t n, std::size_t components) {
  field::LatticeField field(par::SlabLayout(comm, n), components, 100.0);
  const par::Slab slab = field.layout().local();
  for (std::size_t c = 0; c < components; ++c) {
    for (std::size_t i = 0; i < field.local_sites(); ++i) {
      field.component(c)[i] = mark(n, c, slab.start + i / (n * n), i / n % n, i % n);
    }
  }
  return field;
}

/// Counts the voxels of a crop that differ from direct periodic indexing.
std::size_t wrong_voxels(std::span<const float> crop, std::size_t n, std::size_t components,
                         std::size_t edge, const std::array<std::size_t, 3>& start) {
  std::size_t wrong = 0;
  std::size_t at = 0;
  for (std::size_t c = 0; c < components; ++c)
    for (std::size_t i = 0; i < edge; ++i)
      for (std::size_t j = 0; j < edge; ++j)
        for (std::size_t k = 0; k < edge; ++k) {
          const float expected =
              mark(n, c, (start[0] + i) % n, (start[1] + j) % n, (start[2] + k) % n);
          wrong += crop[at++] == expected ? 0 : 1;
        }
  return wrong;
}

TEST(CropServer, crops_equal_direct_periodic_indexing) {
  const par::Comm comm = par::Comm::world();
  const std::size_t tile = 4, halo = 3;
  // The crop of ten sites is larger than the first box and wraps; seven planes on five ranks leave
  // one without any.
  const std::vector<std::size_t> sizes{7, 12};
  std::vector<CropSource> sources;
  for (const std::size_t n : sizes) sources.push_back({marked(comm, n, 5), marked(comm, n, 3)});
  const CropServer server(comm, std::move(sources), tile, halo);
  std::vector<Sample> batch;
  for (std::size_t i = 0; i < 7; ++i) {  // fewer than two per rank on five ranks
    const std::size_t n = sizes[i % 2];
    batch.push_back({i, i % 2, {(5 * i + 2) % n, (7 * i) % n, (11 * i + 6) % n}, 0});
  }
  const Crops crops = server.gather(batch);
  const auto mine =
      share(batch, static_cast<std::size_t>(comm.rank()), static_cast<std::size_t>(comm.size()));
  ASSERT_EQ(crops.count, mine.size());
  const std::size_t edge = server.edge();
  ASSERT_EQ(edge, 10U);
  const std::size_t size = 5 * edge * edge * edge, target_size = 3 * tile * tile * tile;
  ASSERT_EQ(crops.features.size(), crops.count * size);
  ASSERT_EQ(crops.targets.size(), crops.count * target_size);
  for (std::size_t s = 0; s < mine.size(); ++s) {
    const std::size_t n = sizes[mine[s].pair];
    std::array<std::size_t, 3> start = mine[s].origin;
    EXPECT_EQ(wrong_voxels(std::span(crops.targets).subspan(s * target_size, target_size), n, 3,
                           tile, start),
              0U);
    for (std::size_t& site : start) site = (site + 2 * n - halo) % n;
    EXPECT_EQ(wrong_voxels(std::span(crops.features).subspan(s * size, size), n, 5, edge, start),
              0U);
  }
}

TEST(CropServer, an_empty_batch_gives_nothing) {
  const par::Comm comm = par::Comm::world();
  std::vector<CropSource> sources;
  sources.push_back({marked(comm, 4, 3), marked(comm, 4, 3)});
  const CropServer server(comm, std::move(sources), 2, 1);
  EXPECT_EQ(server.gather({}).count, 0U);
}

}  // namespace
}  // namespace nubox::train
