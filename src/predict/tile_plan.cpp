#include "nubox/predict/tile_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <limits>

namespace nubox::predict {
namespace {

std::size_t round_down(std::size_t value, std::size_t unit) { return value / unit * unit; }

std::size_t cube(std::size_t edge) { return edge * edge * edge; }

std::size_t tiles_over(std::size_t extent, std::size_t tile) { return (extent + tile - 1) / tile; }

/// The edge that reads the fewest voxels for the thickest slab, ties to the larger edge.
std::size_t cheapest_tile(const par::SlabLayout& layout, const net::Footprint& footprint,
                          std::size_t max_input_voxels) {
  const std::size_t n = layout.n();
  const std::size_t slab = layout.slab_of(0).count;
  std::size_t best = footprint.stride;
  std::size_t best_cost = std::numeric_limits<std::size_t>::max();
  for (std::size_t tile = footprint.stride; tile <= n; tile += footprint.stride) {
    const std::size_t input = cube(tile + 2 * footprint.halo);
    if (input > max_input_voxels) break;
    const std::size_t across = tiles_over(n, tile);
    const std::size_t cost = input * across * across * tiles_over(slab, tile);
    if (cost <= best_cost) {
      best = tile;
      best_cost = cost;
    }
  }
  return best;
}

void require_fit(std::size_t n, std::size_t tile, std::size_t stride, bool fixed_grid) {
  if (n % stride != 0) {
    throw InputError("a lattice of {} sites per side is no multiple of the network's stride {}", n,
                     stride);
  }
  if (tile % stride != 0) {
    throw InputError("tiles of {} sites are no multiple of the network's stride {}", tile, stride);
  }
  if (fixed_grid && n % tile != 0) {
    throw InputError("plain tiles of {} sites do not divide the lattice of {}", tile, n);
  }
}

}  // namespace

double TilePlan::waste(const par::SlabLayout& layout) const {
  const std::size_t kept = layout.local().count * layout.n() * layout.n();
  if (kept == 0) return 1.0;
  return static_cast<double>(origins.size() * cube(tile + 2 * halo)) / static_cast<double>(kept);
}

TilePlan plan_tiles(const par::SlabLayout& layout, const net::Footprint& footprint,
                    std::size_t tile, bool fixed_grid, std::size_t max_input_voxels) {
  const std::size_t n = layout.n();
  tile = std::min(n, tile == 0 ? cheapest_tile(layout, footprint, max_input_voxels) : tile);
  par::agree(layout.comm(), [&] { require_fit(n, tile, footprint.stride, fixed_grid); });

  TilePlan plan;
  plan.tile = tile;
  plan.halo = footprint.halo;
  const par::Slab slab = layout.local();
  std::size_t overhang = 0;
  if (slab.count > 0) {
    const std::size_t first = round_down(slab.start, fixed_grid ? tile : footprint.stride);
    std::size_t x = first;
    for (; x < slab.end(); x += tile) {
      for (std::size_t y = 0; y < n; y += tile) {
        for (std::size_t z = 0; z < n; z += tile) {
          plan.origins.push_back({static_cast<std::ptrdiff_t>(x), y, z});
        }
      }
    }
    overhang = std::max(slab.start - first, x - slab.end());
  }
  const auto widest =
      layout.comm().all_reduce(static_cast<std::uint64_t>(overhang), par::Reduction::max);
  plan.slab_halo = footprint.halo + static_cast<std::size_t>(widest);
  return plan;
}

}  // namespace nubox::predict
