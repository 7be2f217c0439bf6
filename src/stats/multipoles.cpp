#include "nubox/stats/multipoles.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/background.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"

#include "stats/mode_bins.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

/// Mpc/h per km/s: 1 / (a H).
double shift_per_velocity(const io::FieldHeader& header) {
  // H does not depend on n_s and A_s, which headers of snapshots lack: they keep valid defaults.
  cosmology::Parameters parameters;
  parameters.Omega_m = header.cosmology.Omega_m;
  parameters.Omega_b = header.cosmology.Omega_b;
  parameters.h = header.cosmology.h;
  parameters.M_nu_eV = header.cosmology.M_nu_eV;
  const double a = units::scale_factor(header.redshift);
  return 1.0 / (a * units::hubble_kms_per_mpch * cosmology::Background(parameters).E(a));
}

field::Box shifted(const field::Box& box, Axis axis, double shift) {
  const auto c = static_cast<std::size_t>(axis);
  field::Box moved{box.header, box.displacement, std::nullopt};
  const auto velocity = box.velocity->component(c);
  const auto displacement = moved.displacement.component(c);
  for (std::size_t i = 0; i < displacement.size(); ++i) {
    displacement[i] += static_cast<float>(shift * velocity[i]);
  }
  return moved;
}

Catalogue shifted(const Catalogue& catalogue, Axis axis, double shift, double box_size_mpch) {
  Catalogue moved{catalogue.positions_mpch, {}};
  for (auto i = static_cast<std::size_t>(axis); i < moved.positions_mpch.size(); i += 3) {
    const double s = moved.positions_mpch[i] + shift * catalogue.velocities_kms[i];
    moved.positions_mpch[i] = static_cast<float>(field::wrap_position(s, box_size_mpch));
  }
  return moved;
}

/// Moments <|c|^2 mu^2m> over W^2, m = 0, 1, 2.
ModeBins<3> moment_bins(const fft::MeshField& modes, const PowerOptions& options, Axis axis) {
  const field::InverseWindow inverse(options.assignment, modes.n(),
                                     field::InverseWindow::Of::power);
  const auto fill = [&](const fft::ModeRow& row, RowValues<3>& values) {
    const float* c = reinterpret_cast<const float*>(modes.modes() + row.first);
    const double xy = inverse(row.nx) * inverse(row.ny);
    const double* z_factor = inverse.values().data();
    const double norm2_xy = double(row.nx) * row.nx + double(row.ny) * row.ny;
    const double across = axis == Axis::x ? row.nx : row.ny;
    for (std::size_t z = 0; z < values[0].size(); ++z) {
      const double re = c[2 * z], im = c[2 * z + 1], nz = static_cast<double>(z);
      const double along = axis == Axis::z ? nz : across;
      // At q = 0, which is in no bin, the ratio is 0 / 1.
      const double norm2 = norm2_xy + nz * nz;
      const double mu2 = along * along / (norm2 > 0 ? norm2 : 1.0);
      const double power = xy * z_factor[z] * (re * re + im * im);
      values[0][z] = power;
      values[1][z] = power * mu2;
      values[2][z] = power * mu2 * mu2;
    }
  };
  return sum_mode_bins<3>(*modes.plan(), options.interlaced, fill);
}

}  // namespace

Tracers redshift_space(const Tracers& tracers, Axis axis) {
  const bool velocities = tracers.has_velocities();
  const double shift = par::agree(tracers.comm(), [&] {
    if (!velocities) {
      throw InputError("redshift space needs velocities, which this box does not have");
    }
    return shift_per_velocity(tracers.header());
  });
  if (const field::Box* lattice = tracers.lattice()) {
    return Tracers(shifted(*lattice, axis, shift));
  }
  return {tracers.comm(), tracers.header(),
          shifted(*tracers.catalogue(), axis, shift, tracers.box_size_mpch())};
}

MultipoleTable measure_multipoles(const fft::MeshField& modes, const PowerOptions& options,
                                  Axis axis) {
  if (modes.is_real()) throw InternalError("multipoles are measured from Fourier modes");
  const double volume = std::pow(modes.box_size_mpch(), 3);
  const auto bins = moment_bins(modes, options, axis);
  MultipoleTable table;
  table.k_edges_hmpc = bins.k_edges_hmpc(modes.k_fundamental_hmpc());
  table.k_hmpc = bins.k_mean_hmpc(modes.k_fundamental_hmpc());
  table.modes = bins.modes;
  table.shot_noise = options.particles > 0 ? volume / options.particles : 0.0;
  const double noise = options.subtract_shot_noise ? table.shot_noise : 0.0;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    const double m0 = bins.mean(b, 0), m2 = bins.mean(b, 1), m4 = bins.mean(b, 2);
    table.p[0].push_back(volume * m0 - noise);
    table.p[1].push_back(5.0 * volume * (3.0 * m2 - m0) / 2.0);
    table.p[2].push_back(9.0 * volume * (35.0 * m4 - 30.0 * m2 + 3.0 * m0) / 8.0);
  }
  return table;
}

}  // namespace nubox::stats
