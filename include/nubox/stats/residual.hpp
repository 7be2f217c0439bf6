#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

namespace nubox::stats {

struct ResidualOptions {
  double slab_mpch = 15;      ///< depth of the projected slab of the maps; rounded to whole cells
  double smoothing_mpch = 0;  ///< radius of the analytic top-hat; 0: none
  /// One or two field files of the target's mass from other seeds, for comparison; or none.
  std::vector<std::filesystem::path> independent = {};
};

/// One-point distribution of a residual, the difference of two densities in units of the mean
/// (Giusarma et al. 2019, Fig. 1), with the data of its Q-Q plot.
struct ResidualDistribution {
  double mean = 0, sigma = 0;
  double skewness = 0, excess_kurtosis = 0;  ///< of a constant residual: zero
  std::vector<double> error;                 ///< jackknife errors of the four
  std::vector<double> edges;          ///< bins + 1, multiples of the width, symmetric about zero
  std::vector<std::uint64_t> counts;  ///< cells per half-open bin
  std::uint64_t underflow = 0, overflow = 0;
  std::vector<double> normal_quantiles;  ///< evenly spaced, from 0.1 to 99.9 %
  std::vector<double> quantiles;         ///< of (residual - mean) / sigma at the same probabilities
};

/// Three passes over a real mesh, without gathering it. Quantiles are interpolated in bins with a
/// relative width of 1/256. Collective. @throws NumericalError for values that are not finite;
/// agreed
[[nodiscard]] ResidualDistribution measure_residual(const fft::MeshField& difference);

/// Mean of a real mesh over the cells 0 <= z < depth: [n][n], x slowest, on all ranks. Collective.
[[nodiscard]] std::vector<float> project_slab(const fft::MeshField& mesh, std::size_t depth);

}  // namespace nubox::stats
