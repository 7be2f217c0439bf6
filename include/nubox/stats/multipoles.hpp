#pragma once

#include "nubox/stats/power.hpp"
#include "nubox/stats/tracers.hpp"

#include <array>

namespace nubox::stats {

/// Axis of the box that is the line of sight.
enum class Axis { x = 0, y = 1, z = 2 };

struct MultipoleOptions {
  bool interlaced = true;
  bool subtract_shot_noise = false;  ///< V / N_p, from l = 0 only
  Axis axis = Axis::z;               ///< line of sight
};

/// Particles in redshift space for a distant observer, s = x + v_axis / (a H), wrapped into the
/// box; without velocities. H is that of the cosmology in the header, with radiation and massive
/// neutrinos. Collective. @throws InputError (agreed) without velocities or with a header that does
/// not determine H
[[nodiscard]] Tracers redshift_space(const Tracers& tracers, Axis axis);

/// Multipoles of the power in the bins of PowerTable.
struct MultipoleTable {
  std::vector<double> k_edges_hmpc, k_hmpc;
  std::vector<std::uint64_t> modes;
  std::array<std::vector<double>, 3> p;  ///< l = 0, 2, 4, (Mpc/h)^3
  double shot_noise = 0;                 ///< V / N_p, of l = 0 only, subtracted or not
};

/// P_l = (2 l + 1) V <|c_n / W|^2 L_l(mu)>, mu = n_axis / |n|, over all modes of a bin. The sums
/// are over the modes of the mesh: bins with few modes have few values of mu. Collective.
/// @throws InternalError for a mesh in real space
[[nodiscard]] MultipoleTable measure_multipoles(const fft::MeshField& modes,
                                                const PowerOptions& options, Axis axis);

}  // namespace nubox::stats
