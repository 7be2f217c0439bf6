#include "nubox/stats/pdf.hpp"

#include "nubox/core/error.hpp"

#include "stats/mesh_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

/// Finds the bin of a float among ascending positive edges. Positive floats are ordered as their
/// bits, so that a table over the upper half of the bits gives the bin to within a step. A search
/// over all edges would take most of the time of a PDF.
class BinFinder {
 public:
  explicit BinFinder(std::span<const double> edges) : edges_(edges.begin(), edges.end()) {
    edges_.push_back(std::numeric_limits<double>::infinity());
    constexpr std::uint32_t keys = 1U << (31 - shift);
    for (std::uint32_t key = 0; key < keys; ++key) {
      const auto lowest = static_cast<double>(std::bit_cast<float>(key << shift));
      const auto above = std::upper_bound(edges.begin(), edges.end(), lowest);
      first_.push_back(static_cast<std::uint32_t>(above - edges.begin()));
    }
  }

  /// Number of edges not above the value: 0 is underflow, the number of edges overflow.
  [[nodiscard]] std::uint32_t operator()(float value) const {
    if (!(value > 0.0F)) return 0;
    std::uint32_t slot = first_[std::bit_cast<std::uint32_t>(value) >> shift];
    while (static_cast<double>(value) >= edges_[slot]) ++slot;
    return slot;
  }

 private:
  static constexpr std::uint32_t shift = 16;
  std::vector<double> edges_;
  std::vector<std::uint32_t> first_;
};

}  // namespace

std::vector<double> logarithmic_edges(double log10_low, double log10_high, std::size_t count) {
  if (count < 2 || !(log10_low < log10_high)) {
    throw UsageError("{} edges from 10^{} to 10^{} make no bins (pdf.edges)", count, log10_low,
                     log10_high);
  }
  std::vector<double> edges;
  for (std::size_t i = 0; i < count; ++i) {
    const double part = static_cast<double>(i) / static_cast<double>(count - 1);
    edges.push_back(std::pow(10.0, log10_low + part * (log10_high - log10_low)));
  }
  return edges;
}

Histogram count_cells(const fft::MeshField& mesh, std::span<const double> edges) {
  const bool ascending = std::is_sorted(edges.begin(), edges.end(), std::less_equal<>());
  if (edges.size() < 2 || !ascending || !(edges.front() > 0) || !std::isfinite(edges.back())) {
    throw UsageError("a histogram needs two or more positive ascending edges (pdf.edges)");
  }
  const BinFinder find_bin(edges);
  const std::size_t slots = edges.size() + 1;
  std::vector<std::uint64_t> counts(octants * slots, 0);
  for_each_octant_row(mesh, [&](std::size_t octant, std::span<const float> values) {
    std::uint64_t* own = counts.data() + octant * slots;
    for (const float value : values) ++own[find_bin(value)];
  });
  mesh.comm().all_reduce(std::span<std::uint64_t>(counts));
  Histogram histogram;
  histogram.counts.assign(slots - 2, 0);
  for (std::size_t octant = 0; octant < octants; ++octant) {
    const std::uint64_t* own = counts.data() + octant * slots;
    histogram.octant_counts[octant].assign(own + 1, own + slots - 1);
    for (std::size_t i = 0; i + 2 < slots; ++i) histogram.counts[i] += own[i + 1];
    histogram.underflow += own[0];
    histogram.overflow += own[slots - 1];
  }
  return histogram;
}

std::array<std::vector<double>, octants> fractions_left_out(const Histogram& histogram,
                                                            std::size_t n) {
  std::array<std::vector<double>, octants> fractions;
  for (std::size_t octant = 0; octant < octants; ++octant) {
    const auto cells = static_cast<double>(n * n * n - octant_cells(octant, n));
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      const auto rest =
          static_cast<double>(histogram.counts[i] - histogram.octant_counts[octant][i]);
      fractions[octant].push_back(rest / cells);
    }
  }
  return fractions;
}

Moments measure_moments(const fft::MeshField& mesh) {
  const OctantMoments measured = measure_octant_moments(mesh);
  const auto normalised = [](const CentralMoments& m) {
    return std::vector{m.mean, m.m2, m.m3 / (m.m2 * m.m2),
                       (m.m4 - 3.0 * m.m2 * m.m2) / (m.m2 * m.m2 * m.m2)};
  };
  const auto all = normalised(measured.all);
  std::array<std::vector<double>, octants> left_out;
  std::ranges::transform(measured.left_out, left_out.begin(), normalised);
  return {.mean = all[0],
          .variance = all[1],
          .s3 = all[2],
          .s4 = all[3],
          .min = measured.min,
          .max = measured.max,
          .error = jackknife_error(left_out)};
}

}  // namespace nubox::stats
