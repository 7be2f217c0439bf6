#pragma once

#include "nubox/stats/voids.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <vector>

/// The void finder by its definition: a loop over a sorted list of all cells, on one rank.
namespace nubox::stats::testing {

class NaiveVoids {
 public:
  NaiveVoids(std::size_t n, VoidOptions options)
      : n_(static_cast<int>(n)), options_(std::move(options)), marked_(n * n * n, false) {}

  /// smoothed(R) gives the whole smoothed contrast [n][n][n].
  void find(const std::function<std::vector<float>(double)>& smoothed) {
    for (std::uint32_t i = 0; i < options_.radii_cells.size(); ++i) {
      add_radius(i, smoothed(options_.radii_cells[i]));
    }
  }
  [[nodiscard]] const std::vector<Void>& voids() const { return voids_; }
  [[nodiscard]] std::uint64_t marked() const {
    return static_cast<std::uint64_t>(std::count(marked_.begin(), marked_.end(), true));
  }
  [[nodiscard]] std::size_t switched() const { return switched_; }
  [[nodiscard]] std::size_t candidates() const { return candidates_; }

 private:
  void add_radius(std::uint32_t index, const std::vector<float>& delta) {
    const double radius = options_.radii_cells[index];
    const int cells = static_cast<int>(radius) + 1;
    const double limit = std::pow(2.0 * cells + 1, 3);
    const bool by_cells =
        options_.rule == VoidRule::pylians && static_cast<double>(voids_.size()) >= limit;
    switched_ += by_cells;
    std::vector<std::size_t> order(delta.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::erase_if(order, [&](std::size_t id) {
      return !(delta[id] < static_cast<float>(options_.threshold)) || marked_[id];
    });
    candidates_ += order.size();
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return delta[a] < delta[b]; });
    for (const std::size_t id : order) {
      if (marked_[id]) continue;
      if (by_cells ? shares_a_cell(id, radius) : overlaps(id, radius)) continue;
      const auto cell = cell_of(id);
      voids_.push_back({{static_cast<std::uint32_t>(cell[0]), static_cast<std::uint32_t>(cell[1]),
                         static_cast<std::uint32_t>(cell[2])},
                        index,
                        delta[id]});
      for_ball(id, radius, [&](std::size_t inside) { marked_[inside] = true; });
    }
  }
  [[nodiscard]] std::array<int, 3> cell_of(std::size_t id) const {
    const int i = static_cast<int>(id);
    return {i / (n_ * n_), i / n_ % n_, i % n_};
  }
  [[nodiscard]] bool overlaps(std::size_t id, double radius) const {
    const auto cell = cell_of(id);
    return std::any_of(voids_.begin(), voids_.end(), [&](const Void& other) {
      int distance2 = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const int d = std::abs(cell[c] - static_cast<int>(other.cell[c]));
        distance2 += std::min(d, n_ - d) * std::min(d, n_ - d);
      }
      const double sum = radius + options_.radii_cells[other.radius];
      return distance2 < sum * sum;
    });
  }
  [[nodiscard]] bool shares_a_cell(std::size_t id, double radius) const {
    bool shares = false;
    for_ball(id, radius, [&](std::size_t inside) { shares = shares || marked_[inside]; });
    return shares;
  }
  template <class Visit>
  void for_ball(std::size_t id, double radius, Visit&& visit) const {
    const auto cell = cell_of(id);
    const int r = static_cast<int>(radius) + 1;
    for (int dx = -r; dx <= r; ++dx) {
      for (int dy = -r; dy <= r; ++dy) {
        for (int dz = -r; dz <= r; ++dz) {
          if (!(dx * dx + dy * dy + dz * dz < radius * radius)) continue;
          const auto wrap = [this](int i) { return static_cast<std::size_t>((i + 2 * n_) % n_); };
          const auto n = static_cast<std::size_t>(n_);
          visit((wrap(cell[0] + dx) * n + wrap(cell[1] + dy)) * n + wrap(cell[2] + dz));
        }
      }
    }
  }

  int n_;
  VoidOptions options_;
  std::vector<bool> marked_;
  std::vector<Void> voids_;
  std::size_t switched_ = 0, candidates_ = 0;
};

}  // namespace nubox::stats::testing
