#include "nubox/stats/displacement_error.hpp"

#include "nubox/core/error.hpp"

#include <cmath>

namespace nubox::stats {

VectorError vector_error(const field::LatticeField& a, const field::LatticeField& b) {
  if (a.n() != b.n() || a.components() != 3 || b.components() != 3) {
    throw InputError("vector fields of {} and {} sites per side cannot be compared", a.n(), b.n());
  }
  // [0..2] sums of |d_i|, [3..5] of d_i^2, [6] of |d|.
  std::array<double, 7> sums{};
  for (std::size_t i = 0; i < a.local_sites(); ++i) {
    double length2 = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const double d = static_cast<double>(a.component(c)[i]) - b.component(c)[i];
      sums[c] += std::abs(d);
      sums[3 + c] += d * d;
      length2 += d * d;
    }
    sums[6] += std::sqrt(length2);
  }
  a.comm().all_reduce(std::span<double>(sums));
  const double sites = std::pow(static_cast<double>(a.n()), 3);
  VectorError error;
  for (std::size_t c = 0; c < 3; ++c) {
    error.mean_abs[c] = sums[c] / sites;
    error.rms[c] = std::sqrt(sums[3 + c] / sites);
  }
  error.mean_length = sums[6] / sites;
  return error;
}

}  // namespace nubox::stats
