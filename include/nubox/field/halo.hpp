#pragma once

#include "nubox/field/lattice_field.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace nubox::field {

/// A slab of a lattice field with `halo` more x planes on both sides, periodic copies from the
/// ranks that own them (several ranks for thin slabs; halo >= N wraps around more than once).
/// values [components][count + 2 halo][N][N]; plane 0 is lattice plane (start - halo) mod N.
struct HaloedSlab {
  std::size_t halo = 0;
  par::Slab interior;
  std::size_t n = 0;
  std::size_t components = 0;
  std::vector<float> values;
  [[nodiscard]] std::size_t planes() const {
    return interior.count == 0 ? 0 : interior.count + 2 * halo;
  }
};

/// Collective. A rank without planes gets an empty slab.
[[nodiscard]] HaloedSlab exchange_halo(const LatticeField& field, std::size_t halo);
/// The same for one component, values [nx_local][N][N] of this rank.
[[nodiscard]] HaloedSlab exchange_halo(const par::SlabLayout& layout, std::span<const float> values,
                                       std::size_t halo);

}  // namespace nubox::field
