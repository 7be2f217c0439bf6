#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/fft/modes.hpp"

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

/// Sums over the modes of the radial bins b + 1 <= |q| < b + 2 (fft::radial_bin less one), b = 0,
/// 1, .... q and -q are both counted; q = 0 is in no bin.
template <std::size_t channels>
struct ModeBins {
  std::vector<std::uint64_t> modes;
  /// channels, and |q| last
  std::vector<std::array<double, channels + 1>> sums;

  [[nodiscard]] std::size_t size() const { return modes.size(); }
  /// Mean of a channel over the modes of a bin.
  [[nodiscard]] double mean(std::size_t bin, std::size_t channel) const {
    return sums[bin][channel] / static_cast<double>(modes[bin]);
  }
  [[nodiscard]] std::vector<double> k_edges_hmpc(double fundamental_hmpc) const {
    std::vector<double> edges;
    for (std::size_t b = 0; b <= size(); ++b) {
      edges.push_back(fundamental_hmpc * static_cast<double>(b + 1));
    }
    return edges;
  }
  [[nodiscard]] std::vector<double> k_mean_hmpc(double fundamental_hmpc) const {
    std::vector<double> k;
    for (std::size_t b = 0; b < size(); ++b) k.push_back(fundamental_hmpc * mean(b, channels));
    return k;
  }
};

/// Values of one row of modes by channel and nz.
template <std::size_t channels>
using RowValues = std::array<std::vector<double>, channels>;

/// Sums over all modes: fill(row, values) writes every channel for nz = 0 ... values[c].size() - 1.
/// `without_nyquist` omits modes with |n_i| = n / 2. Collective.
///
/// The bin is computed once per row. Along kz it grows by at most one per step, so that no square
/// root or table is needed.
template <std::size_t channels, class Fill>
ModeBins<channels> sum_mode_bins(const fft::Plan& plan, bool without_nyquist, Fill&& fill) {
  const std::size_t n = plan.layout().n();
  const bool even = n % 2 == 0;
  const std::size_t nz_count = n / 2 + (even && without_nyquist ? 0 : 1);
  const auto corner = static_cast<std::size_t>(std::sqrt(3.0) * static_cast<double>(n / 2));
  ModeBins<channels> bins;
  // Bin 0 contains q = 0 and is removed at the end.
  bins.modes.resize(corner + 2, 0);
  bins.sums.resize(corner + 2, {});
  RowValues<channels> values;
  for (auto& channel : values) channel.resize(nz_count);
  fft::for_each_mode_row(plan, [&](const fft::ModeRow& row) {
    if (without_nyquist && (row.nyquist_x || row.nyquist_y)) return;
    fill(row, values);
    std::int64_t norm2 = std::int64_t{row.nx} * row.nx + std::int64_t{row.ny} * row.ny;
    auto root = static_cast<std::int64_t>(fft::radial_bin(norm2));
    for (std::size_t z = 0; z < nz_count; ++z) {
      root += (root + 1) * (root + 1) <= norm2 ? 1 : 0;
      const bool conjugate_stored = z == 0 || (even && z == n / 2);
      const double weight = conjugate_stored ? 1.0 : 2.0;
      auto& sums = bins.sums[static_cast<std::size_t>(root)];
      bins.modes[static_cast<std::size_t>(root)] += conjugate_stored ? 1 : 2;
      for (std::size_t c = 0; c < channels; ++c) sums[c] += weight * values[c][z];
      sums[channels] += weight * std::sqrt(static_cast<double>(norm2));
      norm2 += static_cast<std::int64_t>(2 * z + 1);
    }
  });
  static_assert(sizeof(bins.sums[0]) == (channels + 1) * sizeof(double));
  const par::Comm comm = plan.layout().comm();
  comm.all_reduce(std::span<std::uint64_t>(bins.modes));
  comm.all_reduce(std::span<double>(bins.sums.front().data(), bins.size() * (channels + 1)));
  bins.modes.erase(bins.modes.begin());
  bins.sums.erase(bins.sums.begin());
  // Without Nyquist planes the bins at the corner are empty and are removed.
  while (!bins.modes.empty() && bins.modes.back() == 0) bins.modes.pop_back();
  bins.sums.resize(bins.modes.size());
  return bins;
}

}  // namespace nubox::stats
