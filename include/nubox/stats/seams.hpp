#pragma once

#include "nubox/field/lattice_field.hpp"

#include <cstddef>
#include <vector>

namespace nubox::stats {

struct SeamOptions {
  std::size_t tile = 32;  ///< edge of the tiles, lattice sites
};

/// Artefacts of tiles in a field that was computed tile by tile: larger errors at their faces, and
/// power at their wavelengths. Both ratios are 1 for a field without artefacts.
struct SeamMeasure {
  std::size_t tile = 0;
  std::vector<double> rms;  ///< rms error by distance to the nearest face: 0 ... (tile - 1) / 2
  double face_ratio = 0;    ///< rms at distance 0 over rms at distance `inner_distance` and more
  /// Mean power on the reciprocal lattice of the tiles over that of the other modes with the same
  /// integer part of |k| / k_fundamental, up to four times the wavenumber of a tile.
  double power_ratio = 0;
};

/// Distance from all faces at which sites count as inner ones.
inline constexpr std::size_t inner_distance = 8;

/// @param error  [components][nx_local][N][N], any error field
/// @param tile   edge of the tiles, which start at multiples of it
/// Collective. @throws InputError (agreed) unless the tile divides the lattice, is smaller than it,
///         and has inner sites
[[nodiscard]] SeamMeasure measure_seams(const field::LatticeField& error, std::size_t tile);

/// Field for measure_seams if no true box is known: the divergence (central differences over
/// neighbouring sites) of `made` minus that of `input`, a scalar. Collective. @throws InputError if
/// the lattices differ
[[nodiscard]] field::LatticeField added_divergence(const field::LatticeField& made,
                                                   const field::LatticeField& input);

}  // namespace nubox::stats
