#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/lattice_field.hpp"

#include <functional>

namespace nubox::field {

/// Copies component c of a lattice field into a mesh of the same n (real state) and back.
/// Rank-local.
void copy_to_mesh(const LatticeField& field, std::size_t c, fft::MeshField& mesh);
void copy_from_mesh(const fft::MeshField& mesh, LatticeField& field, std::size_t c);
/// field_c += mesh.
void add_from_mesh(const fft::MeshField& mesh, LatticeField& field, std::size_t c);

/// Isotropic filter as an increment: field += FFT^-1[(filter(k) - 1) FFT field] for every
/// component; exact where the filter is one. k in h/Mpc; k = 0 is unchanged. `filter` is called
/// once per |n|^2. Collective. @throws what the filter throws (agreed)
void apply_filter(LatticeField& field, const std::shared_ptr<const fft::Plan>& plan,
                  const std::function<double(double k_hmpc)>& filter);

}  // namespace nubox::field
