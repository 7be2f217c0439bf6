#pragma once

#include "nubox/io/table_file.hpp"

#include <span>
#include <vector>

namespace nubox::stats {

/// Spread of a vector over n realisations.
struct Spread {
  std::vector<double> mean;
  std::vector<double> scatter;     ///< standard deviation of one realisation, n - 1 in the divisor
  std::vector<double> error;       ///< of the mean: scatter / sqrt(n)
  std::vector<double> covariance;  ///< [p][p], of one realisation
};

/// Rank-local. @throws UsageError for fewer than two samples, InternalError for unequal lengths
[[nodiscard]] Spread spread_of(std::span<const std::vector<double>> samples);

/// (n - p - 2) / (n - 1), which removes the bias of the inverse of a covariance of p bins measured
/// from n realisations (Hartlap, Simon & Schneider 2007, arXiv:astro-ph/0608064).
/// @throws UsageError for p >= n - 2, where no factor exists
[[nodiscard]] double hartlap_factor(std::size_t realisations, std::size_t bins);

/// Inverse of a symmetric positive definite matrix [p][p]. @throws NumericalError if it is not
[[nodiscard]] std::vector<double> inverse_of(std::span<const double> matrix, std::size_t bins);

/// The stats file of an ensemble from those of its realisations: every f8 and u8 column in its
/// usual place as the mean, axes (equal in all realisations) unchanged, and below /ensemble the
/// datasets listed in docs/reference/formats.md. Columns whose shape or bins differ between
/// realisations (catalogues, maps, histograms with individual edges) are omitted. Rank-local.
/// @throws UsageError for fewer than two realisations
[[nodiscard]] io::TableFile combine(std::span<const io::TableFile> realisations);

}  // namespace nubox::stats
