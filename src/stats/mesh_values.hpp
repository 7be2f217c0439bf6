#pragma once

#include "nubox/core/error.hpp"
#include "nubox/fft/mesh_field.hpp"

#include <cstddef>
#include <span>

namespace nubox::stats {

/// Calls visit(value) for every cell of this rank, without the padding of the rows.
template <class Visit>
void for_each_value(const fft::MeshField& mesh, Visit&& visit) {
  if (!mesh.is_real()) throw InternalError("cell values are taken from a mesh in real space");
  for (std::size_t row = 0; row < mesh.layout().local().count * mesh.n(); ++row) {
    for (const float value : std::span(mesh.data() + row * mesh.row_floats(), mesh.n())) {
      visit(value);
    }
  }
}

}  // namespace nubox::stats
