#include "nubox/stats/minkowski.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

/// Number of thresholds at or below a value. Grows with the value, so that the level of the largest
/// of several values is the largest of their levels.
using Level = std::uint16_t;

void check(const fft::MeshField& field, std::span<const double> thresholds) {
  if (!field.is_real()) throw InternalError("Minkowski functionals need a mesh in real space");
  par::agree(field.comm(), [&] {
    const bool ascend = std::adjacent_find(thresholds.begin(), thresholds.end(),
                                           std::greater_equal<>()) == thresholds.end();
    if (thresholds.empty() || !ascend || thresholds.size() >= 65535) {
      throw UsageError("the thresholds of Minkowski functionals have to ascend");
    }
    for (std::size_t row = 0; row < field.layout().local().count * field.n(); ++row) {
      const float* values = field.data() + row * field.row_floats();
      for (std::size_t z = 0; z < field.n(); ++z) {
        if (std::isnan(values[z])) throw NumericalError("the smoothed density contains NaN");
      }
    }
  });
}

std::vector<Level> levels_of_plane(const fft::MeshField& field, std::size_t x,
                                   std::span<const double> thresholds) {
  const std::size_t n = field.n();
  std::vector<Level> levels(n * n);
  for (std::size_t y = 0; y < n; ++y) {
    for (std::size_t z = 0; z < n; ++z) {
      const double value = field.value(x, y, z);
      const auto above = std::upper_bound(thresholds.begin(), thresholds.end(), value);
      levels[y * n + z] = static_cast<Level>(above - thresholds.begin());
    }
  }
  return levels;
}

/// Levels of the plane after the slab of this rank, from the rank that owns it. Collective.
std::vector<Level> levels_of_next_plane(const fft::MeshField& field,
                                        std::span<const double> thresholds) {
  const par::SlabLayout& layout = field.layout();
  std::vector<std::size_t> counts(static_cast<std::size_t>(field.comm().size()), 0);
  std::vector<Level> first;
  if (layout.local().count > 0) {
    first = levels_of_plane(field, 0, thresholds);
    const std::size_t before = (layout.local().start + layout.n() - 1) % layout.n();
    counts[static_cast<std::size_t>(layout.owner(before))] = first.size();
  }
  return field.comm().all_to_all(first, counts);
}

/// Elements by level: [dimension][level].
using Histograms = std::array<std::vector<std::uint64_t>, 4>;

/// Adds the cubes of a plane with the faces, edges and vertices on their upper sides. An element is
/// in the region if one of the cubes about it is, so it has the largest of their levels.
void count_plane(const std::vector<Level>& plane, const std::vector<Level>& next, std::size_t n,
                 Histograms& histograms) {
  auto& [vertices, edges, faces, cubes] = histograms;
  for (std::size_t y = 0; y < n; ++y) {
    const Level* row = plane.data() + y * n;
    const Level* row_y = plane.data() + (y + 1) % n * n;
    const Level* row_x = next.data() + y * n;
    const Level* row_xy = next.data() + (y + 1) % n * n;
    for (std::size_t z = 0; z < n; ++z) {
      const std::size_t up = z + 1 < n ? z + 1 : 0;
      const Level here = row[z];
      const Level with_x = std::max(here, row_x[z]), with_y = std::max(here, row_y[z]);
      const Level with_z = std::max(here, row[up]);
      const Level with_xy = std::max(std::max(with_x, row_y[z]), row_xy[z]);
      const Level with_xz = std::max(std::max(with_x, row[up]), row_x[up]);
      const Level with_yz = std::max(std::max(with_y, row[up]), row_y[up]);
      const Level with_all = std::max(std::max(with_xy, with_xz), std::max(with_yz, row_xy[up]));
      ++cubes[here];
      ++faces[with_x];
      ++faces[with_y];
      ++faces[with_z];
      ++edges[with_xy];
      ++edges[with_xz];
      ++edges[with_yz];
      ++vertices[with_all];
    }
  }
}

}  // namespace

MinkowskiFunctionals measure_minkowski(const fft::MeshField& field,
                                       std::span<const double> thresholds) {
  check(field, thresholds);
  const std::size_t n = field.n(), levels = thresholds.size() + 1;
  Histograms histograms;
  for (auto& histogram : histograms) histogram.assign(levels, 0);
  const std::vector<Level> beyond = levels_of_next_plane(field, thresholds);
  const std::size_t planes = field.layout().local().count;
  std::vector<Level> plane, next;
  if (planes > 0) plane = levels_of_plane(field, 0, thresholds);
  for (std::size_t x = 0; x < planes; ++x) {
    next = x + 1 < planes ? levels_of_plane(field, x + 1, thresholds) : beyond;
    count_plane(plane, next, n, histograms);
    plane.swap(next);
  }
  MinkowskiFunctionals result;
  for (std::size_t d = 0; d < 4; ++d) {
    field.comm().all_reduce(std::span<std::uint64_t>(histograms[d]));
    // A region has all elements of a level above the number of its threshold.
    result.counts[d].assign(thresholds.size(), 0);
    std::uint64_t sum = 0;
    for (std::size_t t = thresholds.size(); t-- > 0;) {
      sum += histograms[d][t + 1];
      result.counts[d][t] = sum;
    }
  }
  const double cubes = std::pow(static_cast<double>(n), 3);
  const double a = field.box_size_mpch() / static_cast<double>(n);
  for (std::size_t t = 0; t < thresholds.size(); ++t) {
    const auto density = [&](std::size_t d) {
      return static_cast<double>(result.counts[d][t]) / cubes;
    };
    const double n0 = density(0), n1 = density(1), n2 = density(2), n3 = density(3);
    result.v[0].push_back(n3);
    result.v[1].push_back(2 * (n2 - 3 * n3) / (9 * a));
    result.v[2].push_back(2 * (n1 - 2 * n2 + 3 * n3) / (9 * a * a));
    result.v[3].push_back((n0 - n1 + n2 - n3) / (a * a * a));
  }
  return result;
}

fft::MeshField smooth_by_gaussian(const fft::MeshField& contrast_modes, double radius_mpch) {
  const double box = contrast_modes.box_size_mpch();
  par::agree(contrast_modes.comm(), [&] {
    const double cell = box / static_cast<double>(contrast_modes.n());
    if (radius_mpch >= cell && radius_mpch <= 0.25 * box) return;
    throw UsageError(
        "a Gaussian of {} Mpc/h smooths no density on a mesh of {}^3 in {} Mpc/h: the radius has "
        "to lie between a cell, {} Mpc/h, and a quarter of the box",
        radius_mpch, contrast_modes.n(), box, cell);
  });
  fft::MeshField smooth(contrast_modes.plan(), box);
  smooth.reset_as_modes();
  const double scale = contrast_modes.k_fundamental_hmpc() * radius_mpch;
  fft::for_each_mode(*smooth.plan(), [&](const fft::Mode& mode, std::size_t index) {
    const double x2 = scale * scale * static_cast<double>(mode.norm2());
    smooth.modes()[index] = static_cast<float>(std::exp(-0.5 * x2)) * contrast_modes.modes()[index];
  });
  smooth.to_real();
  return smooth;
}

}  // namespace nubox::stats
