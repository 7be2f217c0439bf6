#pragma once

#include "nubox/core/divider.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

namespace nubox::snapshot {

/// Value for an ID that belongs to no lattice site.
inline constexpr std::uint64_t no_site = std::numeric_limits<std::uint64_t>::max();

/// Smallest and largest ID and number of the particles of one type in all files.
struct IdRange {
  std::uint64_t first = 0, last = 0;
  std::uint64_t count = 0;
};

/// Map from particle ID to Lagrangian site, for generators of initial conditions that number a
/// lattice of n^3 particles as (n/tile)^3 copies of a glass of tile^3 particles.
///
/// Tiles are numbered one after the other, and the particles of a glass within each tile; x is the
/// slowest index in both. N-GenIC, and thus Quijote and HADES, has tiles of 64^3; a single tile of
/// n^3 is the row-major order. In runs with as many neutrino particles each tile numbers its CDM
/// first, then its neutrinos (`interleaved`). Sites are row-major, (i n + j) n + k.
class IdMap {
 public:
  /// @throws InternalError unless tile divides n
  IdMap(std::size_t n, std::size_t tile, std::uint64_t first_id, bool interleaved);

  /// no_site for the ID of a neutrino or one outside the lattice.
  [[nodiscard]] std::uint64_t site(std::uint64_t id) const {
    const std::uint64_t index = id - first_id_;  // wraps for smaller IDs: outside too
    if (index >= ids_) return no_site;
    const auto [t, m] = by_stride_.split(index);
    if (m >= glass_) return no_site;
    const auto [t_ij, t_k] = by_side_.split(t);
    const auto [t_i, t_j] = by_side_.split(t_ij);
    const auto [m_ij, m_k] = by_tile_.split(m);
    const auto [m_i, m_j] = by_tile_.split(m_ij);
    return ((t_i * tile_ + m_i) * n_ + t_j * tile_ + m_j) * n_ + t_k * tile_ + m_k;
  }
  [[nodiscard]] std::uint64_t id(std::uint64_t site) const;

  [[nodiscard]] std::size_t tile() const { return tile_; }
  /// "row-major from ID 1", "tiles of 64^3 from ID 1, neutrinos between"
  [[nodiscard]] std::string name() const;

 private:
  std::size_t n_, tile_;
  std::uint64_t first_id_;
  bool interleaved_;
  std::uint64_t glass_, stride_;  ///< CDM IDs in a tile; distance between tiles
  std::uint64_t tiles_per_side_, ids_;
  Divider by_stride_, by_side_, by_tile_;
};

/// The maps whose IDs cover exactly this range: tiles of 64^3 first, then row-major, then all other
/// tile sizes that divide n. IDs start at 0 or 1. Empty if no map fits.
[[nodiscard]] std::vector<IdMap> maps_for(std::size_t n, const IdRange& ids);

}  // namespace nubox::snapshot
