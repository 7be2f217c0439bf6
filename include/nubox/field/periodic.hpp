#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>

/// Arithmetic of a periodic box of side `box` and of periodic axes of n sites. Rank-local.
namespace nubox::field {

/// The image of a separation x in (-L/2, L/2], for |x| < 1.5 L: exact: at most one box length is
/// added or subtracted.
template <std::floating_point Float>
[[nodiscard]] inline Float minimum_image(Float x, Float box) {
  if (x > box / 2) return x - box;
  return x <= -box / 2 ? x + box : x;
}

/// The image of a separation x in (-L/2, L/2], up to rounding, any number of boxes away.
[[nodiscard]] inline double minimum_image_of_any(double x, double box) {
  return x - box * std::ceil(x / box - 0.5);
}

/// The image of a coordinate x in [0, L), any number of boxes away.
[[nodiscard]] inline double wrap_position(double x, double box) {
  const double in_box = x - box * std::floor(x / box);
  return in_box < box ? in_box : 0.0;  // a small negative x rounds up to L
}

/// Index in [0, n) of site i of a periodic axis; any i, negative ones included.
[[nodiscard]] inline std::size_t wrapped_index(std::ptrdiff_t i, std::size_t n) {
  const auto size = static_cast<std::ptrdiff_t>(n);
  const std::ptrdiff_t rest = i % size;
  return static_cast<std::size_t>(rest < 0 ? rest + size : rest);
}

/// Index in [0, n) of the site `halo` sites before `start`; start < n, halo of any size.
[[nodiscard]] inline std::size_t haloed_start(std::size_t start, std::size_t halo, std::size_t n) {
  return (start + n - halo % n) % n;
}

/// Copies `count` values (any number) from a periodic row of n values, starting at index first < n.
/// Returns the end of the copy.
template <class Value>
Value* copy_periodic_row(const Value* row, std::size_t n, std::size_t first, std::size_t count,
                         Value* out) {
  while (count > 0) {
    const std::size_t run = std::min(count, n - first);
    out = std::copy_n(row + first, run, out);
    count -= run;
    first = 0;
  }
  return out;
}

}  // namespace nubox::field
