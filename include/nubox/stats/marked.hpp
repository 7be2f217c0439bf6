#pragma once

#include "nubox/stats/power.hpp"

namespace nubox::stats {

/// Mark of Massara et al. 2021 (arXiv:2001.11024): m = [(1 + delta_s) / (1 + delta_s +
/// delta_R)]^p. p > 0 gives weight to low densities.
struct MarkOptions {
  double radius_mpch = 10;  ///< of the analytic top-hat of delta_R
  double delta_s = 0.25;
  double p = 2;
};

/// Mark of a smoothed contrast. Zero density and below (the top-hat can ring) with delta_s = 0 has
/// no mark: NaN or infinite.
[[nodiscard]] double mark_of(double smoothed_contrast, const MarkOptions& options);

/// Modes of the contrast of the marked density, m(delta_R) (1 + delta) / <m (1 + delta)> - 1: every
/// mesh node has the mark of its surroundings. `contrast_modes` are not deconvolved; neither is the
/// result. Memory: two meshes. Collective.
/// @throws UsageError for a radius that does not fit the box or the mesh, NumericalError for
/// densities without a mark; agreed
[[nodiscard]] fft::MeshField marked_modes(const fft::MeshField& contrast_modes,
                                          const MarkOptions& options);

}  // namespace nubox::stats
