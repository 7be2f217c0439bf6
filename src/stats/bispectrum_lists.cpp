#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/bispectrum.hpp"

#include <cmath>

namespace nubox::stats {

TriangleList triangles_by_angle(double box_size_mpch, double k1_hmpc, double k2_hmpc,
                                std::size_t n_theta) {
  const double fundamental = 2.0 * units::pi / box_size_mpch;
  for (const double k : {k1_hmpc, k2_hmpc}) {
    if (k >= fundamental) continue;
    throw UsageError(
        "the bispectrum at k = {} h/Mpc lies below the fundamental {:.4g} h/Mpc of a box of {} "
        "Mpc/h (bispectrum.k1, bispectrum.k2)",
        k, fundamental, box_size_mpch);
  }
  if (n_theta < 2) throw UsageError("bispectrum.n_theta = {}: at least 2 angles", n_theta);
  TriangleList list;
  const auto add_shell = [&](double k) {
    list.k_hmpc.push_back(k);
    list.shells.push_back(Shell::between(k / fundamental - 1.0, k / fundamental + 1.0));
  };
  add_shell(k1_hmpc);
  add_shell(k2_hmpc);
  for (std::size_t j = 0; j < n_theta; ++j) {
    const double theta = units::pi * static_cast<double>(j) / static_cast<double>(n_theta - 1);
    list.theta.push_back(theta);
    list.triangles.push_back({0, 1, list.shells.size()});
    add_shell(std::hypot(k2_hmpc * std::sin(theta), k2_hmpc * std::cos(theta) + k1_hmpc));
  }
  return list;
}

TriangleList triangles_of_bins(double box_size_mpch, double lowest_kF, double highest_kF,
                               double width_kF) {
  if (lowest_kF < 1 || width_kF <= 0 || lowest_kF + width_kF > highest_kF) {
    throw UsageError(
        "bispectrum.bins_kF = {},{},{}: needs the lowest edge (at least 1), the highest edge and "
        "the width of the shells in units of the fundamental, with room for one shell",
        lowest_kF, highest_kF, width_kF);
  }
  // Tolerance for the rounding of (highest - lowest) / width.
  const auto bins =
      static_cast<std::size_t>(std::floor((highest_kF - lowest_kF) / width_kF + 5e-10));
  const double fundamental = 2.0 * units::pi / box_size_mpch;
  TriangleList list;
  std::vector<double> upper;
  for (std::size_t i = 0; i < bins; ++i) {
    const double lower = lowest_kF + width_kF * static_cast<double>(i);
    upper.push_back(lowest_kF + width_kF * static_cast<double>(i + 1));
    list.shells.push_back(Shell::between(lower, upper.back()));
    list.k_hmpc.push_back(0.5 * (lower + upper.back()) * fundamental);
  }
  for (std::size_t i = 0; i < bins; ++i) {
    for (std::size_t j = i; j < bins; ++j) {
      // The longest side is shorter than the other two together.
      for (std::size_t k = j; k < bins && upper[k] - width_kF < upper[i] + upper[j]; ++k) {
        list.triangles.push_back({i, j, k});
      }
    }
  }
  return list;
}

}  // namespace nubox::stats
