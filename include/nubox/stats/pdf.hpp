#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/stats/jackknife.hpp"
#include "nubox/stats/top_hat.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

struct PdfOptions {
  std::vector<double> radii_mpch{10};
  TopHatKind filter = TopHatKind::discrete;
  /// log10 of the lowest and of the highest edge of rho / mean, and the number of edges.
  std::vector<double> log10_edges{-2, 2, 100};
};

/// Bin edges 10^low, ..., 10^high, evenly spaced in the logarithm (default of the Quijote PDFs:
/// -2, 2, 100).
[[nodiscard]] std::vector<double> logarithmic_edges(double log10_low, double log10_high,
                                                    std::size_t count);

/// Cells per half-open bin [edge_i, edge_i+1), and those outside all bins.
struct Histogram {
  std::vector<std::uint64_t> counts;
  std::array<std::vector<std::uint64_t>, octants> octant_counts;  ///< the same by octant
  std::uint64_t underflow = 0;
  std::uint64_t overflow = 0;
};

/// Histogram of a real mesh over ascending edges. Collective.
/// @throws UsageError unless there are two edges and all are positive and ascending
[[nodiscard]] Histogram count_cells(const fft::MeshField& mesh, std::span<const double> edges);

/// One-point moments of rho / mean, in double precision about the measured mean.
struct Moments {
  double mean = 0;      ///< 1 up to rounding
  double variance = 0;  ///< <d^2>
  double s3 = 0;        ///< <d^3> / <d^2>^2
  double s4 = 0;        ///< (<d^4> - 3 <d^2>^2) / <d^2>^3
  double min = 0, max = 0;
  std::vector<double> error;  ///< jackknife errors of the first four
};

/// Fractions of the cells of an n^3 mesh per bin without each octant, for jackknife_error.
/// Rank-local.
[[nodiscard]] std::array<std::vector<double>, octants> fractions_left_out(
    const Histogram& histogram, std::size_t n);

/// One-point moments of a real mesh, in two passes. Collective.
[[nodiscard]] Moments measure_moments(const fft::MeshField& mesh);

}  // namespace nubox::stats
