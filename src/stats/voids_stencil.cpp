#include "stats/voids_stencil.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {

Stencil Stencil::within(double distance2) {
  Stencil ball(static_cast<std::ptrdiff_t>(std::ceil(std::sqrt(distance2))));
  for (std::ptrdiff_t dx = -ball.reach_; dx <= ball.reach_; ++dx) {
    for (std::ptrdiff_t dy = -ball.reach_; dy <= ball.reach_; ++dy) {
      std::ptrdiff_t& half = ball.half_[ball.index(dx, dy)];
      const auto within = [&](std::ptrdiff_t dz) {
        return static_cast<double>(dx * dx + dy * dy + dz * dz) < distance2;
      };
      while (within(half + 1)) ++half;
    }
  }
  return ball;
}

Stencil Stencil::sum(const Stencil& a, const Stencil& b) {
  Stencil both(a.reach_ + b.reach_);
  for (std::ptrdiff_t ax = -a.reach_; ax <= a.reach_; ++ax) {
    for (std::ptrdiff_t ay = -a.reach_; ay <= a.reach_; ++ay) {
      const std::ptrdiff_t a_half = a.half(ax, ay);
      if (a_half < 0) continue;
      for (std::ptrdiff_t bx = -b.reach_; bx <= b.reach_; ++bx) {
        for (std::ptrdiff_t by = -b.reach_; by <= b.reach_; ++by) {
          const std::ptrdiff_t b_half = b.half(bx, by);
          if (b_half < 0) continue;
          std::ptrdiff_t& half = both.half_[both.index(ax + bx, ay + by)];
          half = std::max(half, a_half + b_half);
        }
      }
    }
  }
  return both;
}

void CellMask::raise(const Stencil& stencil, const std::array<std::uint32_t, 3>& centre,
                     std::uint8_t flags) {
  const std::size_t n = layout_->n();
  const auto raise_run = [flags](std::uint8_t* first, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) first[i] |= flags;
  };
  for_each_row(stencil, centre, *layout_,
               [&](std::size_t row, std::ptrdiff_t, std::ptrdiff_t, std::ptrdiff_t half) {
                 std::uint8_t* cells = bytes_.data() + row * n;
                 const std::size_t length = std::min(static_cast<std::size_t>(2 * half + 1), n);
                 const std::size_t start = field::wrapped_index(centre[2] - half, n);
                 const std::size_t before_wrap = std::min(length, n - start);
                 raise_run(cells + start, before_wrap);
                 raise_run(cells, length - before_wrap);
               });
}

void CellMask::keep(std::uint8_t flags) {
  for (std::uint8_t& cell : bytes_) cell &= flags;
}

std::uint64_t CellMask::count() const {
  return bytes_.size() - static_cast<std::uint64_t>(std::count(bytes_.begin(), bytes_.end(), 0));
}

}  // namespace nubox::stats
