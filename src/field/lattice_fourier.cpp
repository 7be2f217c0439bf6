#include "nubox/field/lattice_fourier.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/par/agree.hpp"

#include <cmath>
#include <vector>

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

/// filter(k) - 1 at every |n|^2 that occurs: far fewer calls than one per mode.
std::vector<float> tabulate_increment(std::size_t n, double k_fundamental_hmpc,
                                      const std::function<double(double)>& filter) {
  const std::size_t half = n / 2;
  std::vector<float> table(3 * half * half + 1, 0.0F);
  for (std::size_t norm2 = 1; norm2 < table.size(); ++norm2) {
    const double k_hmpc = k_fundamental_hmpc * std::sqrt(static_cast<double>(norm2));
    table[norm2] = static_cast<float>(filter(k_hmpc) - 1.0);
  }
  return table;
}

}  // namespace

void copy_to_mesh(const LatticeField& field, std::size_t c, fft::MeshField& mesh) {
  mesh.reset_as_real();
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
  const auto increment = par::agree(field.comm(), [&] {
    return tabulate_increment(field.n(), mesh.k_fundamental_hmpc(), filter);
  });
  for (std::size_t c = 0; c < field.components(); ++c) {
    copy_to_mesh(field, c, mesh);
    mesh.to_modes();
    fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
      mesh.modes()[index] *= increment[static_cast<std::size_t>(mode.norm2())];
    });
    mesh.to_real();
    add_from_mesh(mesh, field, c);
  }
}

}  // namespace nubox::field
