#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/par/slab.hpp"

#include <cstddef>
#include <vector>

namespace nubox::predict {

/// First lattice site of a tile's output. x may be in front of the slab.
struct TileOrigin {
  std::ptrdiff_t x = 0;
  std::size_t y = 0, z = 0;
};

/// How one rank covers its slab with tiles. Origins are multiples of the network's stride in the
/// box, so that all tilings give the same field. Tiles may extend beyond the slab or the box; these
/// parts are computed and dropped.
struct TilePlan {
  net::Extent tile{};
  std::size_t halo = 0;
  std::vector<TileOrigin> origins;
  /// x planes needed on either side of the slab: halo, and what tiles extend beyond the slab. Equal
  /// on all ranks.
  std::size_t slab_halo = 0;
  /// Multiply-adds of this rank's tiles over those of its slab without halos; 1: no waste.
  double waste = 1;
};

/// Number of tiles of this input extent (with halo) in one call of the network.
[[nodiscard]] std::size_t tiles_per_call(const net::Extent& input);
/// Batches of tiles that are in progress at a time, each with buffers for input and result.
inline constexpr std::size_t tile_batches = 2;
/// Memory of the tiles of one call in bytes: activations and the buffers of all batches.
[[nodiscard]] double tile_bytes(const net::Architecture& architecture, const net::Extent& tile);

/// Size of the tiles.
struct TileChoice {
  /// Edge of cubic tiles, lattice sites; 0: the extent with the least waste that fits the memory.
  std::size_t edge = 0;
  /// Limit of tile_bytes() per rank; tiles of one stride are always allowed.
  double memory_bytes = 1.5e9;
};

/// Tiles for this rank's slab. Those of a network that pads their faces (Architecture::
/// pads_tile_faces) are on a fixed grid with the spacing of their edge, as published, since its
/// result depends on where they are. Collective.
/// @throws InputError (agreed) if the lattice or the tile is not a multiple of the stride or, with
///         padding, the lattice is not a multiple of the tile; InternalError for padding without an
///         edge
[[nodiscard]] TilePlan plan_tiles(const par::SlabLayout& layout,
                                  const net::Architecture& architecture, const TileChoice& choice);

}  // namespace nubox::predict
