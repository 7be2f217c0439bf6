#include "nubox/stats/correlation.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/field/assignment.hpp"

#include <cmath>
#include <cstdint>

namespace nubox::stats {
namespace {

/// Sums over the modes of a shell |n|^2: number, and power times L_0, L_2, L_4.
struct ModeShell {
  double modes = 0;
  std::array<double, 3> power{};
};

/// By |n|^2. Collective.
std::vector<ModeShell> sum_shells(const fft::MeshField& modes, const PowerOptions& options,
                                  int axis) {
  const std::size_t half = modes.n() / 2;
  std::vector<ModeShell> shells(3 * half * half + 1);
  const field::InverseWindow inverse(options.assignment, modes.n(),
                                     field::InverseWindow::Of::power);
  fft::for_each_mode(*modes.plan(), [&](const fft::Mode& mode, std::size_t index) {
    if (options.interlaced && (mode.nyquist_x || mode.nyquist_y || mode.nyquist_z)) return;
    if (mode.is_zero()) return;
    const std::complex<float> c = modes.modes()[index];
    const double re = c.real(), im = c.imag();
    const double power =
        mode.weight * inverse(mode.nx) * inverse(mode.ny) * inverse(mode.nz) * (re * re + im * im);
    const double along = axis == 0 ? mode.nx : axis == 1 ? mode.ny : mode.nz;
    const double mu2 = along * along / static_cast<double>(mode.norm2());
    ModeShell& shell = shells[static_cast<std::size_t>(mode.norm2())];
    shell.modes += mode.weight;
    shell.power[0] += power;
    shell.power[1] += power * (3 * mu2 - 1) / 2;
    shell.power[2] += power * (35 * mu2 * mu2 - 30 * mu2 + 3) / 8;
  });
  static_assert(sizeof(ModeShell) == 4 * sizeof(double));
  modes.comm().all_reduce(
      std::span<double>(reinterpret_cast<double*>(shells.data()), 4 * shells.size()));
  return shells;
}

/// i^l j_l(x) for l = 0, 2, 4; series where the closed forms cancel.
std::array<double, 3> bessel(double x) {
  const double x2 = x * x;
  if (x < 0.5) {
    // The next terms are below 1e-12 of these.
    const auto series = [&](double first, double l) {
      double term = first, sum = first;
      for (int i = 1; i <= 6; ++i) {
        term *= -x2 / (2.0 * i * (2 * l + 2 * i + 1));
        sum += term;
      }
      return sum;
    };
    return {series(1, 0), -series(x2 / 15, 2), series(x2 * x2 / 945, 4)};
  }
  const double s = std::sin(x) / x, c = std::cos(x) / x;
  const double j2 = (3 / x2 - 1) * s - 3 * c / x;
  const double j4 = (105 / (x2 * x2) - 45 / x2 + 1) * s - (105 / x2 - 10) * c / x;
  return {s, -j2, j4};
}

}  // namespace

CorrelationMultipoles measure_correlation(const fft::MeshField& modes, const PowerOptions& options,
                                          int axis, std::span<const double> radii_mpch,
                                          double smoothing_mpch) {
  if (modes.is_real()) throw InternalError("correlations are measured from Fourier modes");
  const auto shells = sum_shells(modes, options, axis);
  const double noise =
      options.subtract_shot_noise && options.particles > 0 ? 1 / options.particles : 0.0;
  const double fundamental = modes.k_fundamental_hmpc();
  CorrelationMultipoles xi;
  for (auto& multipole : xi) multipole.assign(radii_mpch.size(), 0.0);
  for (std::size_t norm2 = 1; norm2 < shells.size(); ++norm2) {
    const ModeShell& shell = shells[norm2];
    if (!(shell.modes > 0)) continue;
    const double k = fundamental * std::sqrt(static_cast<double>(norm2));
    const double damping = std::exp(-k * k * smoothing_mpch * smoothing_mpch);
    const std::array<double, 3> power{damping * (shell.power[0] - noise * shell.modes),
                                      damping * 5 * shell.power[1], damping * 9 * shell.power[2]};
    for (std::size_t r = 0; r < radii_mpch.size(); ++r) {
      const auto j = bessel(k * radii_mpch[r]);
      for (std::size_t l = 0; l < 3; ++l) xi[l][r] += power[l] * j[l];
    }
  }
  return xi;
}

}  // namespace nubox::stats
