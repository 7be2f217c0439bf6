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

/// How one rank covers its slab with tiles. Origins are multiples of the network's stride in the
/// frame of the box, so that every tiling gives the same field; tiles may reach over the slab or
/// the box edge, what lies there is computed and dropped.
struct TilePlan {
  net::Extent tile{};
  std::size_t halo = 0;
  std::vector<TileOrigin> origins;
  /// x planes needed on either side of the slab, the same on all ranks: halo and overhang.
  std::size_t slab_halo = 0;
  /// Multiply-adds of this rank's tiles over those of its slab without margins (1 is no waste).
  double waste = 1;
};

/// Tiles of this input extent that the network takes at once.
[[nodiscard]] std::size_t tiles_per_call(const net::Extent& input);
/// Batches of tiles that are in work at a time, each with a buffer for input and result.
inline constexpr std::size_t tile_batches = 2;
/// Bytes that the tiles of one call take as activations, and those buffers.
[[nodiscard]] double tile_bytes(const net::Architecture& architecture, const net::Extent& tile);

/// Which tiles the user wants.
struct TileChoice {
  /// Edge of cubic tiles, lattice sites; 0: the extent with the least waste that fits the memory.
  std::size_t edge = 0;
  /// Memory for the tiles of one call, bytes per rank; one stride is always allowed.
  double memory_bytes = 1.5e9;
};

/// A network that pads its convolutions at tile edges (padding other than halo) is applied to tiles
/// on a fixed grid, multiples of their own edge: the published tiling, whose result depends on
/// where the tiles lie. Collective.
/// @throws InputError (agreed) if the lattice or the tile is no multiple of the stride, or, with
///         padding, the lattice no multiple of the tile; InternalError if padding comes without
///         edge
[[nodiscard]] TilePlan plan_tiles(const par::SlabLayout& layout,
                                  const net::Architecture& architecture, const TileChoice& choice);

}  // namespace nubox::predict
