#pragma once

#include "nubox/field/periodic.hpp"
#include "nubox/par/slab.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nubox::stats {

/// A set of offsets from a cell, symmetric and without gaps along z: for every (dx, dy) the offsets
/// |dz| <= half. The periodic mesh may be smaller than the stencil.
class Stencil {
 public:
  /// Offsets with d^2 < radius^2; strict, so that touching spheres do not overlap. The comparison
  /// is exact if the radius is an integer.
  [[nodiscard]] static Stencil ball(double radius_cells) {
    return within(radius_cells * radius_cells);
  }
  /// Offsets with d^2 < distance2.
  [[nodiscard]] static Stencil within(double distance2);
  /// All differences u - v with u in a, v in b: the offsets at which the two shapes overlap.
  [[nodiscard]] static Stencil sum(const Stencil& a, const Stencil& b);

  [[nodiscard]] std::ptrdiff_t reach() const { return reach_; }  ///< largest |dx|
  [[nodiscard]] std::ptrdiff_t half(std::ptrdiff_t dx, std::ptrdiff_t dy) const {
    return half_[index(dx, dy)];
  }

 private:
  static constexpr std::ptrdiff_t none = -1;
  explicit Stencil(std::ptrdiff_t reach)
      : reach_(reach), half_(static_cast<std::size_t>((2 * reach + 1) * (2 * reach + 1)), none) {}
  [[nodiscard]] std::size_t index(std::ptrdiff_t dx, std::ptrdiff_t dy) const {
    return static_cast<std::size_t>((dx + reach_) * (2 * reach_ + 1) + dy + reach_);
  }

  std::ptrdiff_t reach_;
  std::vector<std::ptrdiff_t> half_;
};

/// Calls visit(row, dx, dy, half) for every row of the stencil about `centre` that this rank owns;
/// row = x_local * n + y.
template <class Visit>
void for_each_row(const Stencil& stencil, const std::array<std::uint32_t, 3>& centre,
                  const par::SlabLayout& layout, Visit&& visit) {
  const std::size_t n = layout.n();
  const par::Slab slab = layout.local();
  for (std::ptrdiff_t dx = -stencil.reach(); dx <= stencil.reach(); ++dx) {
    const std::size_t x = field::wrapped_index(centre[0] + dx, n);
    if (!slab.contains(x)) continue;
    for (std::ptrdiff_t dy = -stencil.reach(); dy <= stencil.reach(); ++dy) {
      const std::ptrdiff_t half = stencil.half(dx, dy);
      if (half < 0) continue;
      visit((x - slab.start) * n + field::wrapped_index(centre[1] + dy, n), dx, dy, half);
    }
  }
}

/// One byte of flags per cell of this rank.
class CellMask {
 public:
  explicit CellMask(const par::SlabLayout& layout)
      : layout_(&layout), bytes_(layout.local().count * layout.n() * layout.n(), 0) {}

  [[nodiscard]] const std::uint8_t* row(std::size_t row) const {
    return bytes_.data() + row * layout_->n();
  }
  /// Sets flags at the cells of the stencil about `centre`. Rank-local.
  void raise(const Stencil& stencil, const std::array<std::uint32_t, 3>& centre,
             std::uint8_t flags);
  /// Clears all other flags.
  void keep(std::uint8_t flags);
  [[nodiscard]] std::uint64_t count() const;  ///< cells with any flag

 private:
  const par::SlabLayout* layout_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace nubox::stats
