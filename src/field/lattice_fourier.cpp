#include "nubox/field/lattice_fourier.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/radial_table.hpp"

namespace nubox::field {
namespace {

/// Calls visit(lattice value, mesh value) for every site of this rank.
template <class Field, class Mesh, class Visit>
void for_each_site(Field& field, std::size_t c, Mesh& mesh, Visit&& visit) {
  if (mesh.n() != field.n()) {
    throw InternalError("lattice of {}^3 and mesh of {}^3 differ", field.n(), mesh.n());
  }
  if (!mesh.is_real()) throw InternalError("the mesh contains modes, not values");
  const std::size_t n = field.n(), rows = field.layout().local().count * n;
  auto* lattice = field.component(c).data();
  for (std::size_t row = 0; row < rows; ++row) {
    auto* values = mesh.data() + row * mesh.row_floats();
    for (std::size_t z = 0; z < n; ++z) visit(lattice[row * n + z], values[z]);
  }
}

}  // namespace

void copy_to_mesh(const LatticeField& field, std::size_t c, fft::MeshField& mesh) {
  if (!mesh.is_real()) mesh.reset_as_real();  // transforms do not read the padding
  for_each_site(field, c, mesh, [](const float& lattice, float& value) { value = lattice; });
}

void copy_from_mesh(const fft::MeshField& mesh, LatticeField& field, std::size_t c) {
  for_each_site(field, c, mesh, [](float& lattice, const float& value) { lattice = value; });
}

void add_from_mesh(const fft::MeshField& mesh, LatticeField& field, std::size_t c) {
  for_each_site(field, c, mesh, [](float& lattice, const float& value) { lattice += value; });
}

void apply_filter(LatticeField& field, const std::shared_ptr<const fft::Plan>& plan,
                  const std::function<double(double k_hmpc)>& filter) {
  fft::MeshField mesh(plan, field.box_size_mpch());
  const fft::RadialTable increment(mesh, [&](double k_hmpc) { return filter(k_hmpc) - 1.0; });
  for (std::size_t c = 0; c < field.components(); ++c) {
    copy_to_mesh(field, c, mesh);
    mesh.to_modes();
    fft::scale_modes(mesh, increment);
    mesh.to_real();
    add_from_mesh(mesh, field, c);
  }
}

}  // namespace nubox::field
