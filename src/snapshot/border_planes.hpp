#pragma once

#include "nubox/field/lattice_field.hpp"

#include <vector>

namespace nubox::snapshot {

/// The x planes on both sides of a rank's slab, [3][N][N] each; empty on ranks without planes.
struct BorderPlanes {
  std::vector<float> before, after;
};

/// Of a field of three components; planes beyond the ends of the box are periodic copies.
/// Collective.
[[nodiscard]] BorderPlanes border_planes(const field::LatticeField& field);

}  // namespace nubox::snapshot
