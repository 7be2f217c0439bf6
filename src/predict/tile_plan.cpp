#include "nubox/predict/tile_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/layer_plan.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <limits>

namespace nubox::predict {
namespace {

std::size_t round_down(std::size_t value, std::size_t unit) { return value / unit * unit; }
std::size_t round_up(std::size_t value, std::size_t unit) {
  return round_down(value + unit - 1, unit);
}

std::size_t tiles_over(std::size_t extent, std::size_t tile) { return (extent + tile - 1) / tile; }

/// Edges that divide an axis into 1, 2, 3, ... tiles, without repetition, multiples of the stride.
std::vector<std::size_t> edges_over(std::size_t extent, std::size_t stride) {
  std::vector<std::size_t> edges;
  for (std::size_t count = 1; count <= tiles_over(extent, stride); ++count) {
    const std::size_t edge = round_up(tiles_over(extent, count), stride);
    if (edges.empty() || edge < edges.back()) edges.push_back(edge);
  }
  return edges;
}

/// The extent with the lowest cost for the thickest slab.
net::Extent cheapest_tile(const par::SlabLayout& layout, const net::Architecture& architecture,
                          const net::Footprint& footprint, double memory_bytes) {
  const std::size_t n = layout.n(), slab = layout.slab_of(0).count;
  const std::size_t s = footprint.stride;
  net::Extent best{s, s, s};
  double best_cost = std::numeric_limits<double>::infinity();
  for (const std::size_t x : edges_over(slab, s)) {
    for (const std::size_t y : edges_over(n, s)) {
      for (const std::size_t z : edges_over(n, s)) {
        // y and z are equivalent; rows along z are contiguous in memory.
        if (z < y || tile_bytes(architecture, {x, y, z}) > memory_bytes) {
          continue;
        }
        const double count =
            static_cast<double>(tiles_over(slab, x) * tiles_over(n, y) * tiles_over(n, z));
        const double cost = count * net::multiply_adds(architecture, {x, y, z});
        if (cost < best_cost) {
          best = {x, y, z};
          best_cost = cost;
        }
      }
    }
  }
  return best;
}

void require_fit(std::size_t n, const net::Extent& tile, std::size_t stride, bool fixed_grid) {
  if (n % stride != 0) {
    throw InputError("a lattice of {} sites per side is not a multiple of the network's stride {}",
                     n, stride);
  }
  for (const std::size_t edge : tile) {
    if (edge % stride != 0) {
      throw InputError("tiles of {} sites are not a multiple of the network's stride {}", edge,
                       stride);
    }
    if (fixed_grid && n % edge != 0) {
      throw InputError("tiles of {} sites do not divide the lattice of {}", edge, n);
    }
  }
}

net::Extent output_of(const net::ConvStep& step) {
  net::Extent extent = step.input;
  for (std::size_t& edge : extent) {
    if (step.op == net::Op::down) edge /= 2;
    if (step.op == net::Op::up) edge *= 2;
    if (step.op == net::Op::conv && !step.pad) edge -= step.kernel - 1;
  }
  return extent;
}

}  // namespace

double tile_bytes(const net::Architecture& architecture, const net::Extent& tile) {
  // Input of the network and, for the convolution with the most values, its input, its output and
  // one more tensor of the size of the output (skip connection, sum).
  double widest = 0;
  for (const net::ConvStep& step : net::conv_steps(architecture, tile)) {
    const double in = static_cast<double>(step.in * net::voxels(step.input));
    const double out = static_cast<double>(step.out * net::voxels(output_of(step)));
    widest = std::max(widest, in + 2 * out);
  }
  const net::Extent input = net::grown(tile, net::footprint(architecture).halo);
  const auto channels = static_cast<double>(architecture.input_channels * net::voxels(input));
  // Networks whose convolutions pad have batch normalisation, which needs a second copy. Measured:
  // 8 GB for 64 channels on 160^3 voxels.
  const double copies = net::convolutions_pad(architecture) ? 2 : 1;
  const double activations = channels + copies * widest;
  const double buffers =
      static_cast<double>(tile_batches) * (channels + static_cast<double>(3 * net::voxels(tile)));
  return sizeof(float) * static_cast<double>(tiles_per_call(input)) * (activations + buffers);
}

std::size_t tiles_per_call(const net::Extent& input) {
  // The memory layout of the weights is changed once per call, for all tiles together.
  constexpr std::size_t voxels_per_call = std::size_t{1} << 18;
  return std::max<std::size_t>(1, voxels_per_call / net::voxels(input));
}

TilePlan plan_tiles(const par::SlabLayout& layout, const net::Architecture& architecture,
                    const TileChoice& choice) {
  const std::size_t n = layout.n();
  const net::Footprint footprint = net::footprint(architecture);
  const bool fixed_grid = architecture.pads_tile_faces();
  if (fixed_grid && choice.edge == 0) {
    throw InternalError("a network that pads the faces of tiles needs their edge");
  }
  TilePlan plan;
  plan.halo = footprint.halo;
  const std::size_t edge = std::min(n, choice.edge);
  plan.tile = edge > 0 ? net::Extent{edge, edge, edge}
                       : cheapest_tile(layout, architecture, footprint, choice.memory_bytes);
  par::agree(layout.comm(), [&] { require_fit(n, plan.tile, footprint.stride, fixed_grid); });

  const par::Slab slab = layout.local();
  std::size_t overhang = 0;
  if (slab.count > 0) {
    const std::size_t first = round_down(slab.start, fixed_grid ? plan.tile[0] : footprint.stride);
    std::size_t x = first;
    for (; x < slab.end(); x += plan.tile[0]) {
      for (std::size_t y = 0; y < n; y += plan.tile[1]) {
        for (std::size_t z = 0; z < n; z += plan.tile[2]) {
          plan.origins.push_back({static_cast<std::ptrdiff_t>(x), y, z});
        }
      }
    }
    overhang = std::max(slab.start - first, x - slab.end());
    plan.waste =
        static_cast<double>(plan.origins.size()) * net::multiply_adds(architecture, plan.tile) /
        (net::multiply_adds_per_voxel(architecture) * static_cast<double>(slab.count * n * n));
  }
  const auto widest =
      layout.comm().all_reduce(static_cast<std::uint64_t>(overhang), par::Reduction::max);
  plan.slab_halo = footprint.halo + static_cast<std::size_t>(widest);
  return plan;
}

}  // namespace nubox::predict
