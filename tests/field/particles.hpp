#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/field/particle_route.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace nubox::field::testing {

/// Reproducible number in [-1, 1) that depends on its arguments only.
inline double hashed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = (a * 4 + b + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1.0;
}

/// Displacement of a global site: up to `reach_mpch` in size on each axis.
inline float displacement_of(std::size_t site, std::size_t component, double reach_mpch) {
  return static_cast<float>(reach_mpch * hashed(site, component));
}

inline LatticeField random_displacement(const par::SlabLayout& layout, double box_mpch,
                                        double reach_mpch) {
  LatticeField field(layout, 3, box_mpch);
  const std::size_t first = layout.local().start * layout.n() * layout.n();
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < field.local_sites(); ++i) {
      field.component(c)[i] = displacement_of(first + i, c, reach_mpch);
    }
  }
  return field;
}

/// Weight of one axis at distance s cells, straight from the definitions of the four kernels.
inline double axis_weight(Assignment assignment, double s) {
  const double d = std::abs(s);
  switch (assignment) {
    case Assignment::ngp:
      return s >= -0.5 && s < 0.5 ? 1.0 : 0.0;
    case Assignment::cic:
      return d < 1 ? 1 - d : 0.0;
    case Assignment::tsc:
      return d < 0.5 ? 0.75 - d * d : d < 1.5 ? 0.5 * (1.5 - d) * (1.5 - d) : 0.0;
    case Assignment::pcs:
      return d < 1   ? (4 - 6 * d * d + 3 * d * d * d) / 6
             : d < 2 ? (2 - d) * (2 - d) * (2 - d) / 6
                     : 0.0;
  }
  return 0.0;
}

/// Weights of one particle coordinate (in cells) on all n nodes of an axis: the sum over the
/// particle and its periodic images.
inline std::vector<double> naive_axis(Assignment assignment, double cells, std::size_t n) {
  std::vector<double> weights(n, 0.0);
  const auto size = static_cast<double>(n);
  const double wrapped = cells - size * std::floor(cells / size);
  for (std::size_t i = 0; i < n; ++i) {
    for (int image = -2; image <= 2; ++image) {
      weights[i] += axis_weight(assignment, wrapped + image * size - static_cast<double>(i));
    }
  }
  return weights;
}

/// The whole mesh [n][n][n] painted in double from all lattice particles, on every rank.
inline std::vector<double> naive_paint(Assignment assignment, std::size_t n_mesh,
                                       std::size_t n_lattice, double box_mpch, double reach_mpch,
                                       double shift_cells = 0.0) {
  std::vector<double> mesh(n_mesh * n_mesh * n_mesh, 0.0);
  const double cell = box_mpch / static_cast<double>(n_mesh);
  const double spacing = box_mpch / static_cast<double>(n_lattice);
  for (std::size_t site = 0; site < n_lattice * n_lattice * n_lattice; ++site) {
    const std::size_t q[3] = {site / (n_lattice * n_lattice), site / n_lattice % n_lattice,
                              site % n_lattice};
    std::vector<double> w[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const double x = static_cast<double>(q[c]) * spacing + displacement_of(site, c, reach_mpch);
      w[c] = naive_axis(assignment, x / cell + shift_cells, n_mesh);
    }
    for (std::size_t i = 0; i < n_mesh; ++i) {
      if (w[0][i] == 0.0) continue;
      for (std::size_t j = 0; j < n_mesh; ++j) {
        if (w[1][j] == 0.0) continue;
        for (std::size_t k = 0; k < n_mesh; ++k) {
          mesh[(i * n_mesh + j) * n_mesh + k] += w[0][i] * w[1][j] * w[2][k];
        }
      }
    }
  }
  return mesh;
}

/// Calls visit(value, global cell index) for the cells of this rank.
template <class Mesh, class Visit>
void for_each_cell(Mesh& mesh, Visit&& visit) {
  const std::size_t n = mesh.n();
  for (std::size_t x = 0; x < mesh.layout().local().count; ++x) {
    for (std::size_t y = 0; y < n; ++y) {
      for (std::size_t z = 0; z < n; ++z) {
        visit(mesh.value(x, y, z), ((x + mesh.layout().local().start) * n + y) * n + z);
      }
    }
  }
}

}  // namespace nubox::field::testing
