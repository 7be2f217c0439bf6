#pragma once

#include "nubox/field/particle_route.hpp"

#include <cmath>
#include <cstdint>
#include <vector>

namespace nubox::stats {

/// Options of the estimator. In StatsOptions only `interlaced` and `subtract_shot_noise` are used;
/// the assignment and the particle numbers come from the run.
struct PowerOptions {
  field::Assignment assignment = field::Assignment::cic;  ///< its window is divided out
  bool interlaced = false;           ///< modes of interlaced_modes: Nyquist planes are omitted
  bool subtract_shot_noise = false;  ///< of the auto spectra; a cross spectrum has none to subtract
  double particles = 0;              ///< of the model, for the shot noise V / N_p
  double target_particles = 0;       ///< of the target
};

/// T = sqrt(P_model / P_target); NaN where a power is negative.
[[nodiscard]] inline double transfer_of(double p_model, double p_target) {
  return std::sqrt(p_model / p_target);
}
/// r = P_cross / sqrt(P_model P_target).
[[nodiscard]] inline double correlation_of(double p_cross, double p_model, double p_target) {
  return p_cross / std::sqrt(p_model * p_target);
}

/// Power spectra in bins n <= |q| < n + 1 of integer modes q, n = 1, 2, ... to the mesh's corner.
struct PowerTable {
  std::vector<double> k_edges_hmpc;  ///< bins + 1
  std::vector<double> k_hmpc;        ///< mean |k| of the modes of the bin
  std::vector<std::uint64_t> modes;  ///< q and -q counted
  std::vector<double> p_model;       ///< (Mpc/h)^3
  // With a target only:
  std::vector<double> p_target;
  std::vector<double> p_cross;
  std::vector<double> transfer;     ///< transfer_of by bin
  std::vector<double> correlation;  ///< correlation_of by bin
  double shot_noise = 0;            ///< V / N_p of the model, subtracted or not
  double shot_noise_target = 0;
};

/// P = V <|c_n / W|^2>, P_cross = V <Re(c1 conj(c2)) / W^2>. Both fields
/// must be Fourier modes on one mesh with one assignment. `target` may be null. Collective.
/// @throws InternalError if the meshes differ or are in real space
[[nodiscard]] PowerTable measure_power(const fft::MeshField& model, const fft::MeshField* target,
                                       const PowerOptions& options);

}  // namespace nubox::stats
