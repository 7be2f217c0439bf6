#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/sim/particles.hpp"

#include "support/compare.hpp"

#include <cmath>
#include <complex>
#include <filesystem>

/// Helpers of the tests of `sim`.
namespace nubox::sim::test {

using nubox::test::distance, nubox::test::largest_difference, nubox::test::largest_magnitude;
using nubox::test::same_bits;

inline const cosmology::LinearTables& tables() {
  static const cosmology::LinearTables loaded = cosmology::LinearTables::load(
      par::Comm::world(), std::filesystem::path(NUBOX_SOURCE_DIR) / "configs/cosmology/hades", {});
  return loaded;
}

inline cosmology::LinearTheory theory_of(
    double mass_eV = 0, cosmology::NeutrinoSource source = cosmology::NeutrinoSource::table,
    double A_s_factor = 1) {
  cosmology::Parameters parameters;
  parameters.M_nu_eV = mass_eV;
  parameters.A_s *= A_s_factor;
  return {parameters, tables(), source};
}

/// Adds amplitude cos(2 pi n.x / L) to a mesh in Fourier state.
inline void add_cosine(fft::MeshField& mesh, int nx, int ny, int nz, float amplitude) {
  fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
    const bool plus = mode.nx == nx && mode.ny == ny && mode.nz == nz;
    const bool minus = mode.nx == -nx && mode.ny == -ny && mode.nz == -nz;
    if (plus || minus) mesh.modes()[index] += amplitude / 2;
  });
}

/// Calls visit(qx, qy, qz, site) for every lattice site of this rank, q in Mpc/h.
template <class Visit>
void for_each_site(const field::LatticeField& field, Visit&& visit) {
  const std::size_t n = field.n();
  const double spacing = field.spacing_mpch();
  for (std::size_t ix = 0; ix < field.layout().local().count; ++ix) {
    for (std::size_t iy = 0; iy < n; ++iy) {
      for (std::size_t iz = 0; iz < n; ++iz) {
        visit(spacing * static_cast<double>(field.layout().local().start + ix),
              spacing * static_cast<double>(iy), spacing * static_cast<double>(iz),
              field.site(ix, iy, iz));
      }
    }
  }
}

/// The slab of this rank of component c of a field that every rank has as a whole.
inline std::span<const float> slab_of(const field::LatticeField& whole, std::size_t c,
                                      const par::SlabLayout& layout) {
  const std::size_t plane = whole.n() * whole.n();
  return whole.component(c).subspan(layout.local().start * plane, layout.local().count * plane);
}

}  // namespace nubox::sim::test
