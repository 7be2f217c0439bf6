#include "nubox/stats/jackknife.hpp"

#include "nubox/core/error.hpp"

#include "stats/mesh_values.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

/// Number of cells, and sums of the first four powers of their values about an origin.
struct PowerSums {
  double cells = 0, powers[4] = {};

  [[nodiscard]] CentralMoments about(double origin) const {
    const double r1 = powers[0] / cells, r2 = powers[1] / cells, r3 = powers[2] / cells,
                 r4 = powers[3] / cells;
    return {.mean = origin + r1,
            .m2 = r2 - r1 * r1,
            .m3 = r3 - 3 * r1 * r2 + 2 * r1 * r1 * r1,
            .m4 = r4 - 4 * r1 * r3 + 6 * r1 * r1 * r2 - 3 * r1 * r1 * r1 * r1};
  }
  void add(const PowerSums& other, double sign) {
    cells += sign * other.cells;
    for (std::size_t p = 0; p < 4; ++p) powers[p] += sign * other.powers[p];
  }
};

}  // namespace

std::vector<double> jackknife_error(const std::array<std::vector<double>, octants>& left_out) {
  std::vector<double> errors;
  for (std::size_t i = 0; i < left_out.front().size(); ++i) {
    double mean = 0, sum = 0;
    for (const auto& estimate : left_out) mean += estimate.at(i) / octants;
    for (const auto& estimate : left_out) sum += (estimate[i] - mean) * (estimate[i] - mean);
    errors.push_back(std::sqrt(sum * (octants - 1) / octants));
  }
  return errors;
}

OctantMoments measure_octant_moments(const fft::MeshField& mesh) {
  const par::Comm comm = mesh.comm();
  OctantMoments moments;
  moments.min = std::numeric_limits<double>::infinity();
  moments.max = -moments.min;
  double sum = 0;
  for_each_value(mesh, [&](float value) {
    const auto v = static_cast<double>(value);
    sum += v;
    moments.min = std::min(moments.min, v);
    moments.max = std::max(moments.max, v);
  });
  const double mean = comm.all_reduce(sum) / std::pow(static_cast<double>(mesh.n()), 3);
  moments.min = comm.all_reduce(moments.min, par::Reduction::min);
  moments.max = comm.all_reduce(moments.max, par::Reduction::max);

  std::array<PowerSums, octants> sums;
  for_each_octant_row(mesh, [&](std::size_t octant, std::span<const float> values) {
    PowerSums row;
    for (const float value : values) {
      const double d = value - mean, d2 = d * d;
      row.powers[0] += d;
      row.powers[1] += d2;
      row.powers[2] += d2 * d;
      row.powers[3] += d2 * d2;
    }
    row.cells = static_cast<double>(values.size());
    sums[octant].add(row, 1);
  });
  static_assert(sizeof(PowerSums) == 5 * sizeof(double));
  comm.all_reduce(std::span<double>(reinterpret_cast<double*>(sums.data()), 5 * octants));
  PowerSums all;
  for (const PowerSums& octant : sums) all.add(octant, 1);
  moments.all = all.about(mean);
  for (std::size_t i = 0; i < octants; ++i) {
    PowerSums rest = all;
    rest.add(sums[i], -1);
    moments.left_out[i] = rest.about(mean);
  }
  return moments;
}

}  // namespace nubox::stats
