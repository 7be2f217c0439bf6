#include "nubox/sim/force_split.hpp"

#include "nubox/core/units.hpp"

#include <cmath>
#include <vector>

namespace nubox::sim {

double mesh_share(const ForceSplit& split, double k_hmpc) {
  const double x = k_hmpc * split.split_radius_mpch;
  return std::exp(-x * x);
}

double exact_mesh_pair_force(double r2_mpch2, double split_radius_mpch) {
  const double per_length = 1 / (2 * split_radius_mpch);
  const double s = r2_mpch2 * per_length * per_length;
  const double unit = per_length * per_length * per_length;
  if (s < 0.25) {
    // (4 / sqrt pi) sum_m (-s)^m / (m! (2m + 3)): the closed form loses digits here.
    double sum = 0, term = 1;
    for (int m = 0; m < 16; ++m) {
      sum += term / (2 * m + 3);
      term *= -s / (m + 1);
    }
    return unit * 4 / std::sqrt(units::pi) * sum;
  }
  const double u = std::sqrt(s);
  return unit * (std::erf(u) - 2 / std::sqrt(units::pi) * u * std::exp(-s)) / (u * s);
}

MeshPairForce::MeshPairForce(const ForceSplit& split)
    : scale_(static_cast<float>(2 / (split.cutoff_mpch * split.cutoff_mpch))) {
  // Chebyshev coefficients from values at the nodes.
  constexpr std::size_t nodes = 64;
  std::array<double, terms> chebyshev{};
  for (std::size_t i = 0; i < nodes; ++i) {
    const double angle = units::pi * (static_cast<double>(i) + 0.5) / nodes;
    const double value = exact_mesh_pair_force((std::cos(angle) + 1) / static_cast<double>(scale_),
                                               split.split_radius_mpch);
    for (std::size_t j = 0; j < terms; ++j) {
      chebyshev[j] += 2.0 / nodes * value * std::cos(static_cast<double>(j) * angle);
    }
  }
  chebyshev[0] /= 2;
  // To powers of t by T_{j+1} = 2 t T_j - T_{j-1}.
  std::array<double, terms> powers{};
  std::vector<double> before(terms, 0.0), current(terms, 0.0);
  before[0] = 1;
  current[1] = 1;
  powers[0] = chebyshev[0];
  for (std::size_t j = 1; j < terms; ++j) {
    for (std::size_t p = 0; p < terms; ++p) powers[p] += chebyshev[j] * current[p];
    std::vector<double> next(terms, 0.0);
    for (std::size_t p = 0; p < terms; ++p) {
      next[p] = (p > 0 ? 2 * current[p - 1] : 0.0) - before[p];
    }
    before = current;
    current = next;
  }
  for (std::size_t p = 0; p < terms; ++p) coefficients_[p] = static_cast<float>(powers[p]);
}

double MeshPairForce::operator()(double r2_mpch2) const {
  const double t = r2_mpch2 * static_cast<double>(scale_) - 1;
  double value = 0;
  for (std::size_t p = terms; p-- > 0;) value = value * t + static_cast<double>(coefficients_[p]);
  return value;
}

}  // namespace nubox::sim
