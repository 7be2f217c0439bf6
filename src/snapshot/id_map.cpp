#include "nubox/snapshot/id_map.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>

namespace nubox::snapshot {
namespace {

constexpr std::size_t usual_tile = 64;

/// Tile sizes of an n^3 lattice in the order in which they are tried. Tiles of one particle give
/// the same IDs as a single tile of n^3.
std::vector<std::size_t> tile_sizes(std::size_t n) {
  std::vector<std::size_t> sizes;
  if (n % usual_tile == 0 && n > usual_tile) sizes.push_back(usual_tile);
  sizes.push_back(n);
  for (std::size_t tile = n / 2; tile > 1; --tile) {
    if (n % tile == 0 && tile != usual_tile) sizes.push_back(tile);
  }
  return sizes;
}

std::size_t checked_tile(std::size_t n, std::size_t tile) {
  if (tile == 0 || n % tile != 0) throw InternalError("tiles of {}^3 in {}^3 particles", tile, n);
  return tile;
}

std::uint64_t cube(std::uint64_t n) { return n * n * n; }

}  // namespace

IdMap::IdMap(std::size_t n, std::size_t tile, std::uint64_t first_id, bool interleaved)
    : n_(n),
      tile_(checked_tile(n, tile)),
      first_id_(first_id),
      interleaved_(interleaved),
      glass_(cube(tile)),
      stride_(interleaved ? 2 * glass_ : glass_),
      tiles_per_side_(n / tile),
      ids_(stride_ * cube(tiles_per_side_)),
      by_stride_(stride_),
      by_side_(tiles_per_side_),
      by_tile_(tile) {}

std::uint64_t IdMap::id(std::uint64_t site) const {
  const std::uint64_t i = site / (n_ * n_), j = site / n_ % n_, k = site % n_;
  const std::uint64_t side = tiles_per_side_;
  const std::uint64_t t = (i / tile_ * side + j / tile_) * side + k / tile_;
  const std::uint64_t m = (i % tile_ * tile_ + j % tile_) * tile_ + k % tile_;
  return first_id_ + t * stride_ + m;
}

std::string IdMap::name() const {
  const std::string order =
      tile_ == n_ ? std::string("row-major") : fmt::format("tiles of {}^3", tile_);
  return fmt::format("{} from ID {}{}", order, first_id_,
                     interleaved_ ? ", neutrinos between" : "");
}

std::vector<IdMap> maps_for(std::size_t n, const IdRange& ids) {
  std::vector<IdMap> maps;
  if (ids.first > 1) return maps;
  for (const std::size_t tile : tile_sizes(n)) {
    for (const bool interleaved : {false, true}) {
      if (interleaved && tile == n) continue;  // the neutrinos come after all CDM
      const IdMap map(n, tile, ids.first, interleaved);
      if (map.id(cube(n) - 1) == ids.last) maps.push_back(map);
    }
  }
  return maps;
}

}  // namespace nubox::snapshot
