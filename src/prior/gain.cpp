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

GainFit::GainFit(std::vector<double> k_hmpc, Error error)
    : k_hmpc_(std::move(k_hmpc)),
      error_(error),
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
  // Sums over the modes of one |n|^2: of |psi|^2, of psi missing*, of |missing|^2.
  const std::size_t half = prior.n() / 2, shells = 3 * half * half + 1;
  std::vector<double> sums(3 * shells);
  for (std::size_t c = 0; c < 3; ++c) {
    field::copy_to_mesh(prior, c, of_prior);
    field::copy_to_mesh(missing, c, of_missing);
    of_prior.to_modes();
    of_missing.to_modes();
    fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
      const std::complex<double> psi = of_prior.modes()[index];
      const std::complex<double> missed = of_missing.modes()[index];
      const auto shell = static_cast<std::size_t>(mode.norm2());
      sums[shell] += mode.weight * std::norm(psi);
      sums[shells + shell] += mode.weight * (psi * std::conj(missed)).real();
      sums[2 * shells + shell] += mode.weight * std::norm(missed);
    });
  }
  prior.comm().all_reduce(std::span<double>(sums));
  for (std::size_t shell = 1; shell < shells; ++shell) {
    const auto norm2 = static_cast<double>(shell);
    const KnotWeights w = knot_weights(k_hmpc_, of_prior.k_fundamental_hmpc() * std::sqrt(norm2));
    const double emphasis = error_ == Error::divergence ? norm2 : 1;
    const double squares = emphasis * sums[shell], products = emphasis * sums[shells + shell];
    at_one_ += emphasis * sums[2 * shells + shell];
    matrix_[w.first][w.first] += w.at_first * w.at_first * squares;
    right_[w.first] += w.at_first * products;
    if (w.at_second == 0) continue;
    matrix_[w.first + 1][w.first + 1] += w.at_second * w.at_second * squares;
    matrix_[w.first][w.first + 1] += w.at_first * w.at_second * squares;
    matrix_[w.first + 1][w.first] += w.at_first * w.at_second * squares;
    right_[w.first + 1] += w.at_second * products;
  }
}

Gain GainFit::solve() const { return solve(matrix_, right_); }

Gain GainFit::solve(const TransferResponse& transfers, double tolerance) const {
  const std::size_t count = k_hmpc_.size();
  if (at_one_ == 0) return {k_hmpc_, std::vector<double>(count, 1)};  // nothing is missing
  Matrix matrix = matrix_;
  std::vector<double> right = right_;
  for (std::size_t i = 0; i < count; ++i) {
    right[i] /= at_one_;
    for (double& element : matrix[i]) element /= at_one_;
  }
  for (std::size_t b = 0; b < transfers.transfer.size(); ++b) {
    const std::vector<double>& response = transfers.response[b];
    double missed = 1 - transfers.transfer[b];  // at G = 1, to first order
    for (std::size_t j = 0; j < count; ++j) missed += response[j] * (transfers.gain[j] - 1);
    for (std::size_t i = 0; i < count; ++i) {
      right[i] += response[i] * missed / (tolerance * tolerance);
      for (std::size_t j = 0; j < count; ++j) {
        matrix[i][j] += response[i] * response[j] / (tolerance * tolerance);
      }
    }
  }
  return solve(matrix, std::move(right));
}

Gain GainFit::solve(const Matrix& matrix, std::vector<double> right) const {
  // Elimination without pivoting, since the matrix is positive definite. A knot without modes, or
  // with a pivot at the level of rounding, keeps G = 1, which factorizations of libraries do not
  // support.
  const std::size_t count = k_hmpc_.size();
  Matrix rest = matrix;
  std::vector<double> increment(count);
  const auto determined = [&](std::size_t i) { return rest[i][i] > 1e-9 * matrix[i][i]; };
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t below = i + 1; determined(i) && below < count; ++below) {
      const double share = rest[below][i] / rest[i][i];
      for (std::size_t j = i; j < count; ++j) rest[below][j] -= share * rest[i][j];
      right[below] -= share * right[i];
    }
  }
  Gain gain{k_hmpc_, std::vector<double>(count, 1)};
  for (std::size_t i = count; i-- > 0;) {
    double left = right[i];
    for (std::size_t j = i + 1; j < count; ++j) left -= rest[i][j] * increment[j];
    if (determined(i)) increment[i] = left / rest[i][i];
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
