#pragma once

#include "nubox/stats/power.hpp"
#include "nubox/stats/tracers.hpp"

#include <array>

namespace nubox::stats {

/// Axis of the box that is the line of sight.
enum class Axis { x = 0, y = 1, z = 2 };

struct MultipoleOptions {
  bool interlaced = false;
  bool subtract_shot_noise = false;  ///< V / N_p, from l = 0 alone
  Axis axis = Axis::z;               ///< line of sight
};

/// Particles as a distant observer sees them, s = x + v_axis / (a H), wrapped into the box; without
/// velocities. H of the header's cosmology, radiation and massive neutrinos included.
/// Collective. @throws InputError (agreed) without velocities or with a header that gives no H
[[nodiscard]] Tracers redshift_space(const Tracers& tracers, Axis axis);

/// Multipoles of the power in the bins of PowerTable.
struct MultipoleTable {
  std::vector<double> k_edges_hmpc, k_hmpc;
  std::vector<std::uint64_t> modes;
  std::array<std::vector<double>, 3> p;  ///< l = 0, 2, 4, (Mpc/h)^3
  double shot_noise = 0;                 ///< V / N_p, of l = 0 alone, subtracted or not
};

/// P_l = (2 l + 1) V <|c_n / W|^2 L_l(mu)>, mu = n_axis / |n|, over all modes of a bin. The sums
/// run over the modes that the mesh has: in bins of few modes their mu are few as well. Collective.
/// @throws InternalError for a mesh in real space
[[nodiscard]] MultipoleTable measure_multipoles(const fft::MeshField& modes,
                                                const PowerOptions& options, Axis axis);

}  // namespace nubox::stats
