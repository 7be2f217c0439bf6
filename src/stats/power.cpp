#include "nubox/stats/power.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/modes.hpp"

#include <cmath>
#include <cstdlib>

namespace nubox::stats {
namespace {

constexpr std::uint32_t no_bin = ~std::uint32_t{0};

/// Bin of every |q|^2, by integer arithmetic: many modes lie exactly on an edge. Bin b holds
/// b + 1 <= |q| < b + 2; q = 0 is in none.
std::vector<std::uint32_t> bins_by_norm2(std::size_t mesh_n) {
  const std::size_t half = mesh_n / 2;
  std::vector<std::uint32_t> bins(3 * half * half + 1, no_bin);
  std::uint32_t n = 1;
  for (std::size_t norm2 = 1; norm2 < bins.size(); ++norm2) {
    while ((std::size_t{n} + 1) * (n + 1) <= norm2) ++n;
    bins[norm2] = n - 1;
  }
  return bins;
}

/// 1 / W^2 of one axis by |n_i|.
std::vector<double> inverse_window2(field::Assignment assignment, std::size_t mesh_n) {
  std::vector<double> table;
  for (std::size_t i = 0; i <= mesh_n / 2; ++i) {
    const double window = field::assignment_window(assignment, static_cast<int>(i), mesh_n);
    table.push_back(1.0 / (window * window));
  }
  return table;
}

/// Weighted sums of one bin.
struct BinSums {
  double q = 0, model = 0, target = 0, cross = 0;
};

struct Sums {
  std::vector<std::uint64_t> modes;
  std::vector<BinSums> bins;
};

Sums sum_modes(const fft::MeshField& model, const fft::MeshField* target,
               const PowerOptions& options) {
  const auto bin_of = bins_by_norm2(model.n());
  const auto inverse = inverse_window2(options.assignment, model.n());
  const std::size_t count = bin_of.size() > 1 ? bin_of.back() + 1 : 0;
  Sums sums{std::vector<std::uint64_t>(count), std::vector<BinSums>(count)};
  const auto at = [&](int n_i) { return inverse[static_cast<std::size_t>(std::abs(n_i))]; };
  fft::for_each_mode(*model.plan(), [&](const fft::Mode& mode, std::size_t index) {
    const auto norm2 = static_cast<std::size_t>(mode.norm2());
    const std::uint32_t bin = bin_of[norm2];
    const bool nyquist = mode.nyquist_x || mode.nyquist_y || mode.nyquist_z;
    if (bin == no_bin || (options.interlaced && nyquist)) return;
    const double deconvolved = mode.weight * at(mode.nx) * at(mode.ny) * at(mode.nz);
    const std::complex<double> a(model.modes()[index]);
    BinSums& sum = sums.bins[bin];
    sums.modes[bin] += static_cast<std::uint64_t>(mode.weight);
    sum.q += mode.weight * std::sqrt(static_cast<double>(norm2));
    sum.model += deconvolved * (a.real() * a.real() + a.imag() * a.imag());
    if (target == nullptr) return;
    const std::complex<double> b(target->modes()[index]);
    sum.target += deconvolved * (b.real() * b.real() + b.imag() * b.imag());
    sum.cross += deconvolved * (a.real() * b.real() + a.imag() * b.imag());
  });
  static_assert(sizeof(BinSums) == 4 * sizeof(double));
  model.comm().all_reduce(std::span<std::uint64_t>(sums.modes));
  model.comm().all_reduce(
      std::span<double>(reinterpret_cast<double*>(sums.bins.data()), 4 * count));
  // Without Nyquist planes the bins at the corner are empty: they say nothing.
  while (!sums.modes.empty() && sums.modes.back() == 0) sums.modes.pop_back();
  sums.bins.resize(sums.modes.size());
  return sums;
}

void check_fields(const fft::MeshField& model, const fft::MeshField* target) {
  if (model.is_real() || (target != nullptr && target->is_real())) {
    throw InternalError("power spectra are measured from Fourier modes");
  }
  if (target != nullptr &&
      (target->n() != model.n() || target->box_size_mpch() != model.box_size_mpch())) {
    throw InternalError("power of fields on two meshes: {}^3 in {} Mpc/h, {}^3 in {} Mpc/h",
                        model.n(), model.box_size_mpch(), target->n(), target->box_size_mpch());
  }
}

}  // namespace

PowerTable measure_power(const fft::MeshField& model, const fft::MeshField* target,
                         const PowerOptions& options) {
  check_fields(model, target);
  const Sums sums = sum_modes(model, target, options);
  const double volume = std::pow(model.box_size_mpch(), 3);
  const double k_fundamental = model.k_fundamental_hmpc();
  PowerTable table;
  table.modes = sums.modes;
  table.shot_noise = options.particles > 0 ? volume / options.particles : 0.0;
  const double noise = options.subtract_shot_noise ? table.shot_noise : 0.0;
  table.k_edges_hmpc.push_back(k_fundamental);
  for (std::size_t b = 0; b < sums.bins.size(); ++b) {
    const auto modes = static_cast<double>(sums.modes[b]);
    table.k_edges_hmpc.push_back(k_fundamental * static_cast<double>(b + 2));
    table.k_hmpc.push_back(k_fundamental * sums.bins[b].q / modes);
    table.p_model.push_back(volume * sums.bins[b].model / modes - noise);
    if (target == nullptr) continue;
    table.p_target.push_back(volume * sums.bins[b].target / modes - noise);
    table.p_cross.push_back(volume * sums.bins[b].cross / modes);
    table.transfer.push_back(std::sqrt(table.p_model[b] / table.p_target[b]));
    table.correlation.push_back(table.p_cross[b] / std::sqrt(table.p_model[b] * table.p_target[b]));
  }
  return table;
}

}  // namespace nubox::stats
