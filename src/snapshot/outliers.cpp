#include "nubox/snapshot/outliers.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"

#include "snapshot/border_planes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace nubox::snapshot {
namespace {

/// Counts of squared distances. A bin is the upper half of the bits of a float, which is monotonic
/// for numbers that are not negative, and 0.8 % wide or less.
class Histogram {
 public:
  void add(float square) { ++counts_[bin_of(square)]; }
  /// Collective.
  void reduce(const par::Comm& comm) { comm.all_reduce(std::span<std::uint64_t>(counts_)); }

  /// Upper end of the bin below which this share of all distances lies.
  [[nodiscard]] double quantile(double share, double total) const {
    double sum = 0;
    std::size_t bin = 0;
    for (; bin + 1 < counts_.size(); ++bin) {
      sum += static_cast<double>(counts_[bin]);
      if (sum >= share * total) break;
    }
    return upper_end(bin);
  }
  /// Distances above a limit, which is rounded up to the end of its bin.
  [[nodiscard]] std::uint64_t count_above(double& limit) const {
    const std::size_t bin = bin_of(static_cast<float>(limit * limit));
    limit = upper_end(bin);
    std::uint64_t count = 0;
    for (std::size_t b = bin + 1; b < counts_.size(); ++b) count += counts_[b];
    return count;
  }

 private:
  static constexpr unsigned half = 16;
  static std::size_t bin_of(float square) {
    return std::bit_cast<std::uint32_t>(square) >> half & 0x7fffU;
  }
  static double upper_end(std::size_t bin) {
    return std::sqrt(double{std::bit_cast<float>(static_cast<std::uint32_t>(bin + 1) << half)});
  }
  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(std::size_t{1} << 15, 0);
};

/// Squared distances of a row of particles to the third nearest of their 26 neighbours.
class ThirdNearest {
 public:
  explicit ThirdNearest(std::size_t n) : n_(n), nearest_(n), second_(n), third_(n) {
    for (auto& component : neighbours_) component.resize(n + 2);
  }

  /// @param plane  the three components of the plane x + dx, for dx = -1, 0, 1
  std::span<const float> row(const std::array<std::array<const float*, 3>, 3>& plane,
                             std::size_t y) {
    for (auto* best : {&nearest_, &second_, &third_}) {
      std::fill(best->begin(), best->end(), std::numeric_limits<float>::infinity());
    }
    for (std::size_t dx = 0; dx < 3; ++dx) {
      for (std::size_t dy = 0; dy < 3; ++dy) {
        const std::size_t start = (y + n_ + dy - 1) % n_ * n_;
        for (std::size_t c = 0; c < 3; ++c) {
          field::copy_periodic_row(plane[dx][c] + start, n_, n_ - 1, n_ + 2, neighbours_[c].data());
        }
        for (std::size_t dz = 0; dz < 3; ++dz) {
          if (dx == 1 && dy == 1 && dz == 1) continue;
          take(plane[1], y * n_, dz);
        }
      }
    }
    return third_;
  }

 private:
  /// Compares every particle with the neighbour dz - 1 further on in the row of neighbours.
  void take(const std::array<const float*, 3>& plane, std::size_t start, std::size_t dz) {
    const float *x = plane[0] + start, *y = plane[1] + start, *z = plane[2] + start;
    const float *nx = neighbours_[0].data() + dz, *ny = neighbours_[1].data() + dz,
                *nz = neighbours_[2].data() + dz;
    float *first = nearest_.data(), *second = second_.data(), *third = third_.data();
    for (std::size_t i = 0; i < n_; ++i) {
      const float dx = x[i] - nx[i], dy = y[i] - ny[i], dz_value = z[i] - nz[i];
      const float square = dx * dx + dy * dy + dz_value * dz_value;
      const float beyond_first = std::max(first[i], square);
      first[i] = std::min(first[i], square);
      const float beyond_second = std::max(second[i], beyond_first);
      second[i] = std::min(second[i], beyond_first);
      third[i] = std::min(third[i], beyond_second);
    }
  }

  std::size_t n_;
  std::array<std::vector<float>, 3> neighbours_;  ///< a row, with its other end on both sides
  std::vector<float> nearest_, second_, third_;
};

struct Distances {
  Histogram histogram;
  double largest = 0;  ///< squared
  std::uint64_t site = std::numeric_limits<std::uint64_t>::max();
};

/// Of this rank and, by reduction, of all. Collective.
Distances distances(const field::LatticeField& field) {
  const std::size_t n = field.n(), area = n * n, planes = field.layout().local().count;
  const BorderPlanes border = border_planes(field);
  const auto plane = [&](std::size_t x_plus_1, std::size_t c) {
    if (x_plus_1 == 0) return &border.before[c * area];
    if (x_plus_1 > planes) return &border.after[c * area];
    return &field.component(c)[(x_plus_1 - 1) * area];
  };
  Distances found;
  ThirdNearest third_nearest(n);
  for (std::size_t x = 0; x < planes; ++x) {
    std::array<std::array<const float*, 3>, 3> around{};
    for (std::size_t dx = 0; dx < 3; ++dx) {
      for (std::size_t c = 0; c < 3; ++c) around[dx][c] = plane(x + dx, c);
    }
    for (std::size_t y = 0; y < n; ++y) {
      const std::span<const float> squares = third_nearest.row(around, y);
      for (const float square : squares) found.histogram.add(square);
      const auto worst = std::max_element(squares.begin(), squares.end());
      if (found.site != std::numeric_limits<std::uint64_t>::max() && !(*worst > found.largest)) {
        continue;
      }
      found.largest = *worst;
      found.site = ((field.layout().local().start + x) * n + y) * n +
                   static_cast<std::uint64_t>(worst - squares.begin());
    }
  }
  const par::Comm& comm = field.comm();
  found.histogram.reduce(comm);
  const double largest = comm.all_reduce(found.largest, par::Reduction::max);
  if (found.largest < largest) found.site = std::numeric_limits<std::uint64_t>::max();
  found.site = comm.all_reduce(found.site, par::Reduction::min);
  found.largest = largest;
  return found;
}

/// Words of the messages.
struct Quantity {
  const char* name;
  const char* numbers;
  const char* unit;
};

std::string text_of(const Outliers& outliers, std::size_t n, const Quantity& quantity,
                    const std::string& particle) {
  const std::uint64_t i = outliers.site / (n * n), j = outliers.site / n % n, k = outliers.site % n;
  return fmt::format(
      "{} of {} particles {} a {} unlike those of the lattice neighbours, a sign of damaged {}: "
      "the "
      "worst, {} of site ({}, {}, {}), is {:.4g} {} from the third nearest of its 26 neighbours "
      "(limit {:.4g}, from the distribution in this box)",
      outliers.count, n * n * n, outliers.count == 1 ? "has" : "have", quantity.name,
      quantity.numbers, particle, i, j, k, outliers.largest, quantity.unit, outliers.limit);
}

}  // namespace

Outliers find_outliers(const field::LatticeField& field, double resolution) {
  // The largest distances in boxes of a TreePM code and of P3M runs are 0.9 to 1.1 of the expected
  // one; in a P3M run with too few steps, which scatters particles, it is 1.5.
  constexpr double margin = 2;
  const Distances found = distances(field);
  const double total = std::pow(static_cast<double>(field.n()), 3);
  const double q90 = found.histogram.quantile(0.9, total);
  const double q99 = found.histogram.quantile(0.99, total);
  const double expected = q99 + (q99 - q90) * std::max(0.0, std::log10(0.01 * total));
  Outliers outliers;
  outliers.limit = std::max(resolution, margin * expected);
  outliers.count = found.histogram.count_above(outliers.limit);
  outliers.largest = std::sqrt(found.largest);
  outliers.site = found.site;
  return outliers;
}

void check_outliers(const field::Box& box, OutlierChoice choice,
                    const std::function<std::string(std::uint64_t site)>& particle) {
  constexpr double resolution_cells = 0.01, resolution_kms = 1;
  std::vector<std::string> texts;
  const auto examine = [&](const field::LatticeField& field, double resolution,
                           const Quantity& quantity) {
    const Outliers outliers = find_outliers(field, resolution);
    log::info("  {}: largest distance to lattice neighbours {:.4g} {} (below {:.4g}): {}",
              quantity.name, outliers.largest, quantity.unit, outliers.limit,
              outliers.count == 0 ? "passed" : fmt::format("{} outliers", outliers.count));
    if (outliers.count > 0) {
      texts.push_back(text_of(outliers, field.n(), quantity, particle(outliers.site)));
    }
  };
  examine(box.displacement, resolution_cells * box.displacement.spacing_mpch(),
          {"displacement", "positions", "Mpc/h"});
  if (box.velocity) {
    examine(*box.velocity, resolution_kms, {"velocity", "velocities", "km/s"});
  }
  if (texts.empty()) return;
  const std::string text = texts.size() == 1 ? texts[0] : texts[0] + ". " + texts[1];
  if (choice == OutlierChoice::refuse) {
    par::throw_agreed(box.displacement.comm(),
                      InputError("{}. Copy the snapshot again from its source, or import it as it "
                                 "is with import.outliers = warn",
                                 text));
  }
  log::warn_together("{}; imported as it is (import.outliers = warn)", text);
}

}  // namespace nubox::snapshot
