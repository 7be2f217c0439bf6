#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/par/slab.hpp"

#include <cstddef>
#include <vector>

namespace nubox::predict {

/// Lattice site at which a tile's output starts. x may lie before the slab or beyond n (periodic).
struct TileOrigin {
  std::ptrdiff_t x = 0;
  std::size_t y = 0, z = 0;
};

/// How one rank covers its slab with cubic tiles. Origins are multiples of the network's stride in
/// the frame of the box, so that every tiling gives the same field; tiles
/// may reach over the slab or the box edge, what lies there is computed and dropped.
struct TilePlan {
  std::size_t tile = 0;
  std::size_t halo = 0;
  std::vector<TileOrigin> origins;
  /// x planes needed on either side of the slab, the same on all ranks: halo and overhang.
  std::size_t slab_halo = 0;

  /// Voxels read by the network over voxels kept, for this rank (1 is no waste).
  [[nodiscard]] double waste(const par::SlabLayout& layout) const;
};

/// Collective.
///
/// @param tile        edge, lattice sites; 0: the edge with the least waste that fits the memory of
///                    `max_input_voxels`
/// @param fixed_grid  tiles start at multiples of their own edge: the published tiling without
///                    halo, whose result depends on where the tiles lie
/// @throws InputError (agreed) if the lattice or the tile is no multiple of the stride, or, with
///         fixed_grid, the lattice no multiple of the tile
[[nodiscard]] TilePlan plan_tiles(const par::SlabLayout& layout, const net::Footprint& footprint,
                                  std::size_t tile, bool fixed_grid, std::size_t max_input_voxels);

}  // namespace nubox::predict
