#include "nubox/stats/pdf.hpp"

#include "nubox/core/error.hpp"

#include "stats/mesh_values.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

/// Finds the bin of a float among ascending positive edges: the bits of positive floats are in the
/// order of the floats, so their upper half leads to within a step of the bin, where a search
/// over all edges would cost most of the time of a PDF.
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
  std::vector<std::uint64_t> slots(edges.size() + 1, 0);
  for_each_value(mesh, [&](float value) { ++slots[find_bin(value)]; });
  mesh.comm().all_reduce(std::span<std::uint64_t>(slots));
  return {{slots.begin() + 1, slots.end() - 1}, slots.front(), slots.back()};
}

Moments measure_moments(const fft::MeshField& mesh) {
  const double cells = std::pow(static_cast<double>(mesh.n()), 3);
  double sum = 0;
  Moments moments;
  moments.min = std::numeric_limits<double>::infinity();
  moments.max = -moments.min;
  for_each_value(mesh, [&](float value) {
    const auto v = static_cast<double>(value);
    sum += v;
    moments.min = std::min(moments.min, v);
    moments.max = std::max(moments.max, v);
  });
  moments.mean = mesh.comm().all_reduce(sum) / cells;
  moments.min = mesh.comm().all_reduce(moments.min, par::Reduction::min);
  moments.max = mesh.comm().all_reduce(moments.max, par::Reduction::max);

  double powers[3] = {};
  for_each_value(mesh, [&](float value) {
    const double d = value - moments.mean;
    powers[0] += d * d;
    powers[1] += d * d * d;
    powers[2] += d * d * d * d;
  });
  mesh.comm().all_reduce(std::span<double>(powers));
  const double m2 = powers[0] / cells, m3 = powers[1] / cells, m4 = powers[2] / cells;
  moments.variance = m2;
  moments.s3 = m3 / (m2 * m2);
  moments.s4 = (m4 - 3.0 * m2 * m2) / (m2 * m2 * m2);
  return moments;
}

}  // namespace nubox::stats
