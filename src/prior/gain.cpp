#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/prior/calibration.hpp"

#include "prior/gain_knots.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::prior {

KnotWeights knot_weights(std::span<const double> knots, double k) {
  if (k <= knots.front()) return {0, k * k / (knots.front() * knots.front()), 0};
  if (k >= knots.back()) return {knots.size() - 1, 1, 0};
  const auto above = std::ranges::upper_bound(knots, k);
  const auto first = static_cast<std::size_t>(above - knots.begin()) - 1;
  const double share = std::log(k / knots[first]) / std::log(knots[first + 1] / knots[first]);
  return {first, 1 - share, share};
}

double Gain::operator()(double k) const {
  if (k_hmpc.empty()) return 1;
  const KnotWeights w = knot_weights(k_hmpc, k);
  double increment = w.at_first * (value[w.first] - 1);
  if (w.at_second != 0) increment += w.at_second * (value[w.first + 1] - 1);
  return 1 + increment;
}

std::vector<double> gain_knots(double box_size_mpch, std::size_t n) {
  constexpr int most_knots = 6;
  const double fundamental = 2 * units::pi / box_size_mpch;
  const double octaves = std::log2(static_cast<double>(n) / 2);
  const int count = std::clamp(1 + static_cast<int>(octaves), 1, most_knots);
  std::vector<double> knots{fundamental};
  for (int i = 1; i < count; ++i) {
    knots.push_back(fundamental * std::exp2(octaves * i / (count - 1)));
  }
  return knots;
}

GainFit::GainFit(std::vector<double> k_hmpc)
    : k_hmpc_(std::move(k_hmpc)),
      matrix_(k_hmpc_.size(), std::vector<double>(k_hmpc_.size())),
      right_(k_hmpc_.size()) {}

void GainFit::add(const field::LatticeField& prior, const field::LatticeField& target) {
  field::LatticeField missing = target;
  std::ranges::transform(target.values(), prior.values(), missing.values().begin(),
                         [&](float t, float p) {
                           return static_cast<float>(
                               std::remainder(static_cast<double>(t) - p, prior.box_size_mpch()));
                         });
  const auto plan = fft::Plan::create(prior.comm(), prior.n());
  fft::MeshField of_prior(plan, prior.box_size_mpch()), of_missing(plan, prior.box_size_mpch());
  // Sums over the modes of one |n|^2: of |psi|^2, then of psi missing*.
  const std::size_t half = prior.n() / 2, shells = 3 * half * half + 1;
  std::vector<double> sums(2 * shells);
  for (std::size_t c = 0; c < 3; ++c) {
    field::copy_to_mesh(prior, c, of_prior);
    field::copy_to_mesh(missing, c, of_missing);
    of_prior.to_modes();
    of_missing.to_modes();
    fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
      const std::complex<double> psi = of_prior.modes()[index], lack = of_missing.modes()[index];
      const auto shell = static_cast<std::size_t>(mode.norm2());
      sums[shell] += mode.weight * std::norm(psi);
      sums[shells + shell] += mode.weight * (psi * std::conj(lack)).real();
    });
  }
  prior.comm().all_reduce(std::span<double>(sums));
  for (std::size_t shell = 1; shell < shells; ++shell) {
    const auto norm2 = static_cast<double>(shell);
    const KnotWeights w = knot_weights(k_hmpc_, of_prior.k_fundamental_hmpc() * std::sqrt(norm2));
    const double squares = norm2 * sums[shell], products = norm2 * sums[shells + shell];
    matrix_[w.first][w.first] += w.at_first * w.at_first * squares;
    right_[w.first] += w.at_first * products;
    if (w.at_second == 0) continue;
    matrix_[w.first + 1][w.first + 1] += w.at_second * w.at_second * squares;
    matrix_[w.first][w.first + 1] += w.at_first * w.at_second * squares;
    matrix_[w.first + 1][w.first] += w.at_first * w.at_second * squares;
    right_[w.first + 1] += w.at_second * products;
  }
}

Gain GainFit::solve() const {
  // Tridiagonal and positive definite: elimination without pivots. A knot without modes of its own,
  // or with no more than rounding left of them, is left alone.
  const std::size_t count = k_hmpc_.size();
  std::vector<double> diagonal(count), right = right_, increment(count);
  const auto determined = [&](std::size_t i) { return diagonal[i] > 1e-9 * matrix_[i][i]; };
  for (std::size_t i = 0; i < count; ++i) {
    diagonal[i] = matrix_[i][i];
    if (i == 0 || !determined(i - 1)) continue;
    const double share = matrix_[i][i - 1] / diagonal[i - 1];
    diagonal[i] -= share * matrix_[i - 1][i];
    right[i] -= share * right[i - 1];
  }
  Gain gain{k_hmpc_, std::vector<double>(count, 1)};
  for (std::size_t i = count; i-- > 0;) {
    const double next = i + 1 < count ? matrix_[i][i + 1] * increment[i + 1] : 0;
    if (determined(i)) increment[i] = (right[i] - next) / diagonal[i];
    gain.value[i] = 1 + increment[i];
    if (!(gain.value[i] > 0)) {
      throw NumericalError(
          "calibration: gain {} at k = {:.3g} h/Mpc: prior and target have nothing "
          "in common",
          gain.value[i], k_hmpc_[i]);
    }
  }
  return gain;
}

}  // namespace nubox::prior
