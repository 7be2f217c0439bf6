#include "nubox/stats/residual.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include "stats/mesh_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

/// Bins per sigma and half the range of the histogram in sigma.
constexpr double bins_per_sigma = 20, range_sigma = 10;
/// Q-Q points, from 0.1 to 99.9 % of the normal distribution.
constexpr std::size_t qq_points = 201;
constexpr double outermost_normal_quantile = 3.0902323061678132;

double normal_probability(double z) { return 0.5 * std::erfc(-z * std::sqrt(0.5)); }

/// Counts of floats by sign, exponent and the upper bits of their mantissa, in ascending order: a
/// histogram with the same relative bin width near zero and in the tails, which needs no range.
class FineCounts {
 public:
  FineCounts() : counts_(std::size_t{1} << (32 - dropped_bits)) {}

  void add(float value) { ++counts_[key(std::bit_cast<std::uint32_t>(value)) >> dropped_bits]; }
  [[nodiscard]] std::span<std::uint64_t> counts() { return counts_; }

  /// Values below which the given ascending numbers of cells lie, linear within a bin.
  [[nodiscard]] std::vector<double> values_at(const std::vector<double>& ranks) const {
    std::vector<double> values;
    std::size_t bin = 0;
    double below = 0;
    for (const double rank : ranks) {
      while (bin + 1 < counts_.size() && below + static_cast<double>(counts_[bin]) < rank) {
        below += static_cast<double>(counts_[bin++]);
      }
      const double part =
          std::clamp((rank - below) / std::max(1.0, static_cast<double>(counts_[bin])), 0.0, 1.0);
      values.push_back((1 - part) * lower_edge(bin) + part * lower_edge(bin + 1));
    }
    return values;
  }

 private:
  static constexpr unsigned dropped_bits = 15;  // 8 bits of the mantissa remain
  static constexpr std::uint32_t sign = 0x80000000U;

  /// Order of the floats as order of integers.
  static std::uint32_t key(std::uint32_t bits) { return (bits & sign) != 0 ? ~bits : bits | sign; }
  static double lower_edge(std::size_t bin) {
    const auto ordered = static_cast<std::uint32_t>(bin << dropped_bits);
    return std::bit_cast<float>((ordered & sign) != 0 ? ordered & ~sign : ~ordered);
  }

  std::vector<std::uint64_t> counts_;
};

void set_moments(const fft::MeshField& mesh, ResidualDistribution& result) {
  const OctantMoments measured = measure_octant_moments(mesh);
  par::agree(mesh.comm(), [&] {
    if (!std::isfinite(measured.all.mean)) {
      throw NumericalError("the residual is not finite everywhere");
    }
  });
  const auto standardised = [](const CentralMoments& m) {
    if (!(m.m2 > 0)) return std::vector{m.mean, 0.0, 0.0, 0.0};
    return std::vector{m.mean, std::sqrt(m.m2), m.m3 / std::pow(m.m2, 1.5),
                       m.m4 / (m.m2 * m.m2) - 3.0};
  };
  const auto all = standardised(measured.all);
  result.mean = all[0];
  result.sigma = all[1];
  result.skewness = all[2];
  result.excess_kurtosis = all[3];
  std::array<std::vector<double>, octants> left_out;
  std::ranges::transform(measured.left_out, left_out.begin(), standardised);
  result.error = jackknife_error(left_out);
}

/// Width of the bins: sigma / 20 rounded down to 1, 2 or 5 times a power of ten, so that the last
/// bits of sigma, which depend on the number of ranks, do not move the edges.
double bin_width(double sigma) {
  if (!(sigma > 0)) return 1e-6;
  const double wanted = sigma / bins_per_sigma;
  const double decade = std::pow(10.0, std::floor(std::log10(wanted)));
  for (const double step : {5.0, 2.0}) {
    if (step * decade <= wanted) return step * decade;
  }
  return decade;
}

}  // namespace

ResidualDistribution measure_residual(const fft::MeshField& difference) {
  const double cells = std::pow(static_cast<double>(difference.n()), 3);
  ResidualDistribution result;
  set_moments(difference, result);

  const double width = bin_width(result.sigma);
  const auto half = static_cast<std::ptrdiff_t>(std::ceil(range_sigma * result.sigma / width)) + 1;
  for (std::ptrdiff_t i = -half; i <= half; ++i) {
    result.edges.push_back(static_cast<double>(i) * width);
  }
  const auto bins = static_cast<std::size_t>(2 * half);
  std::vector<std::uint64_t> slots(bins + 2, 0);  // underflow, bins, overflow
  FineCounts fine;
  const auto mean = static_cast<float>(result.mean);
  const float per_sigma = result.sigma > 0 ? static_cast<float>(1.0 / result.sigma) : 0.0F;
  const double per_width = 1.0 / width, last = static_cast<double>(bins + 1);
  for_each_value(difference, [&](float value) {
    fine.add((value - mean) * per_sigma);
    const double slot = std::floor(value * per_width) + static_cast<double>(half + 1);
    ++slots[static_cast<std::size_t>(std::clamp(slot, 0.0, last))];
  });
  difference.comm().all_reduce(std::span<std::uint64_t>(slots));
  difference.comm().all_reduce(fine.counts());
  result.underflow = slots.front();
  result.overflow = slots.back();
  result.counts.assign(slots.begin() + 1, slots.end() - 1);

  std::vector<double> ranks;
  for (std::size_t i = 0; i < qq_points; ++i) {
    const double part = 2.0 * static_cast<double>(i) / static_cast<double>(qq_points - 1) - 1.0;
    result.normal_quantiles.push_back(part * outermost_normal_quantile);
    ranks.push_back(cells * normal_probability(result.normal_quantiles.back()));
  }
  result.quantiles = fine.values_at(ranks);
  return result;
}

std::vector<float> project_slab(const fft::MeshField& mesh, std::size_t depth) {
  if (!mesh.is_real() || depth == 0 || depth > mesh.n()) {
    throw InternalError("{} of {} planes of a mesh cannot be projected", depth, mesh.n());
  }
  std::vector<float> rows;
  rows.reserve(mesh.layout().local().count * mesh.n());
  for (std::size_t x = 0; x < mesh.layout().local().count; ++x) {
    for (std::size_t y = 0; y < mesh.n(); ++y) {
      double sum = 0;
      for (std::size_t z = 0; z < depth; ++z) sum += static_cast<double>(mesh.value(x, y, z));
      rows.push_back(static_cast<float>(sum / static_cast<double>(depth)));
    }
  }
  return mesh.comm().all_gather(std::span<const float>(rows));
}

}  // namespace nubox::stats
