#pragma once

#include "nubox/core/units.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/stats/tracers.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace nubox::stats::testing {

/// Uniform number in (0, 1) that depends on its arguments only.
inline double hashed(std::uint64_t a, std::uint64_t b) {
  std::uint64_t z = (a * 8 + b + 1) * 0x9E3779B97F4A7C15ULL;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return (static_cast<double>((z ^ (z >> 31)) >> 12) + 0.5) * 0x1p-52;
}

inline double gaussian(std::uint64_t key) {
  return std::sqrt(-2.0 * std::log(hashed(key, 0))) * std::cos(2.0 * units::pi * hashed(key, 1));
}

/// Calls visit(value, x, y, z) with global indices for the cells of this rank.
template <class Mesh, class Visit>
void for_each_cell(Mesh& mesh, Visit&& visit) {
  for (std::size_t x = 0; x < mesh.layout().local().count; ++x) {
    for (std::size_t y = 0; y < mesh.n(); ++y) {
      for (std::size_t z = 0; z < mesh.n(); ++z) {
        visit(mesh.value(x, y, z), x + mesh.layout().local().start, y, z);
      }
    }
  }
}

/// White noise of unit variance per cell, the same for every rank count.
inline fft::MeshField white_noise(const std::shared_ptr<const fft::Plan>& plan, double box_mpch,
                                  std::uint64_t seed) {
  fft::MeshField mesh(plan, box_mpch);
  const std::size_t n = mesh.n();
  for_each_cell(mesh, [&](float& value, std::size_t x, std::size_t y, std::size_t z) {
    value = static_cast<float>(gaussian(seed * n * n * n + (x * n + y) * n + z));
  });
  return mesh;
}

/// Displacement of independent uniform particles, as a lattice field.
inline field::LatticeField poisson_displacement(const par::SlabLayout& layout, double box_mpch,
                                                std::uint64_t seed) {
  field::LatticeField psi(layout, 3, box_mpch);
  const std::size_t n = layout.n(), first = layout.local().start * n * n;
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::size_t i = 0; i < psi.local_sites(); ++i) {
      psi.component(c)[i] =
          static_cast<float>(box_mpch * hashed(seed * n * n * n + first + i, 2 + c));
    }
  }
  return psi;
}

/// A displacement as the statistics take it.
inline Tracers tracers_of(const field::LatticeField& displacement_mpch) {
  io::FieldHeader header;
  header.box_size_mpch = displacement_mpch.box_size_mpch();
  header.n = displacement_mpch.n();
  return Tracers({header, displacement_mpch, std::nullopt});
}

}  // namespace nubox::stats::testing
