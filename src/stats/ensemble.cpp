#include "nubox/stats/ensemble.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {

Spread spread_of(std::span<const std::vector<double>> samples) {
  if (samples.size() < 2) throw UsageError("a scatter needs two realisations or more");
  const std::size_t bins = samples.front().size();
  const auto n = static_cast<double>(samples.size());
  Spread spread;
  spread.mean.assign(bins, 0.0);
  spread.covariance.assign(bins * bins, 0.0);
  for (const auto& sample : samples) {
    if (sample.size() != bins)
      throw InternalError("realisations of {} and {} bins", sample.size(), bins);
    for (std::size_t i = 0; i < bins; ++i) spread.mean[i] += sample[i] / n;
  }
  std::vector<double> off(bins);
  for (const auto& sample : samples) {
    for (std::size_t i = 0; i < bins; ++i) off[i] = sample[i] - spread.mean[i];
    for (std::size_t i = 0; i < bins; ++i) {
      for (std::size_t j = 0; j < bins; ++j) {
        spread.covariance[i * bins + j] += off[i] * off[j] / (n - 1);
      }
    }
  }
  for (std::size_t i = 0; i < bins; ++i) {
    spread.scatter.push_back(std::sqrt(spread.covariance[i * bins + i]));
    spread.error.push_back(spread.scatter.back() / std::sqrt(n));
  }
  return spread;
}

double hartlap_factor(std::size_t realisations, std::size_t bins) {
  if (bins + 2 >= realisations) {
    throw UsageError(
        "{} bins need more than {} realisations for an inverse covariance (Hartlap et al. 2007); "
        "there are {}",
        bins, bins + 2, realisations);
  }
  return static_cast<double>(realisations - bins - 2) / static_cast<double>(realisations - 1);
}

std::vector<double> inverse_of(std::span<const double> matrix, std::size_t bins) {
  // Cholesky: matrix = L L^T, with L in the lower triangle; then L^-1 in its place.
  std::vector<double> lower(matrix.begin(), matrix.end());
  const auto at = [&](std::size_t i, std::size_t j) -> double& { return lower[i * bins + j]; };
  for (std::size_t j = 0; j < bins; ++j) {
    for (std::size_t i = j; i < bins; ++i) {
      double sum = at(i, j);
      for (std::size_t k = 0; k < j; ++k) sum -= at(i, k) * at(j, k);
      if (i == j && !(sum > 0)) {
        throw NumericalError("a covariance of {} bins is not positive definite", bins);
      }
      at(i, j) = i == j ? std::sqrt(sum) : sum / at(j, j);
    }
  }
  for (std::size_t j = 0; j < bins; ++j) {
    at(j, j) = 1.0 / at(j, j);
    for (std::size_t i = j + 1; i < bins; ++i) {
      double sum = 0;
      for (std::size_t k = j; k < i; ++k) sum -= at(i, k) * at(k, j);
      at(i, j) = sum / at(i, i);
    }
  }
  std::vector<double> inverse(bins * bins, 0.0);
  for (std::size_t i = 0; i < bins; ++i) {
    for (std::size_t j = 0; j < bins; ++j) {
      for (std::size_t k = std::max(i, j); k < bins; ++k)
        inverse[i * bins + j] += at(k, i) * at(k, j);
    }
  }
  return inverse;
}

}  // namespace nubox::stats
