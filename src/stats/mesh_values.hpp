#pragma once

#include "nubox/core/error.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/stats/jackknife.hpp"

#include <cstddef>
#include <span>

namespace nubox::stats {

/// Calls visit(value) for every cell of this rank, without the padding of the rows.
template <class Visit>
void for_each_value(const fft::MeshField& mesh, Visit&& visit) {
  if (!mesh.is_real()) throw InternalError("cell values need a mesh in real space");
  for (std::size_t row = 0; row < mesh.layout().local().count * mesh.n(); ++row) {
    for (const float value : std::span(mesh.data() + row * mesh.row_floats(), mesh.n())) {
      visit(value);
    }
  }
}

/// Calls visit(octant, values) for every half row of this rank.
template <class Visit>
void for_each_octant_row(const fft::MeshField& mesh, Visit&& visit) {
  if (!mesh.is_real()) throw InternalError("cell values are taken from a mesh in real space");
  const std::size_t n = mesh.n(), half = (n + 1) / 2;
  for (std::size_t x = 0; x < mesh.layout().local().count; ++x) {
    const std::size_t ix = mesh.layout().local().start + x;
    for (std::size_t y = 0; y < n; ++y) {
      const std::span row(mesh.data() + (x * n + y) * mesh.row_floats(), n);
      visit(octant_of(ix, y, 0, n), row.first(half));
      visit(octant_of(ix, y, half, n), row.subspan(half));
    }
  }
}

}  // namespace nubox::stats
