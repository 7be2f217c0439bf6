#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace nubox::cosmology {

/// Up to six neighbouring nodes of an ascending axis and their weights in the interpolating
/// polynomial (Lagrange, degree 5 where the axis is long enough). On a node the weights are exactly
/// one and zeros. Tables of several axes are interpolated by products of stencils.
struct Stencil {
  static constexpr std::size_t max_count = 6;
  std::size_t first = 0;
  std::size_t count = 0;
  std::array<double, max_count> weight{};

  /// sum of value(node index) * weight.
  template <class Value>
  [[nodiscard]] double sum(Value&& value) const {
    double total = 0;
    for (std::size_t i = 0; i < count; ++i) total += weight[i] * value(first + i);
    return total;
  }
};

/// The nodes around x, weights not yet set.
[[nodiscard]] inline Stencil nearest_nodes(std::span<const double> nodes, double x) {
  const auto above =
      static_cast<std::size_t>(std::upper_bound(nodes.begin(), nodes.end(), x) - nodes.begin());
  Stencil stencil;
  stencil.count = std::min(Stencil::max_count, nodes.size());
  const std::size_t half = stencil.count / 2;
  stencil.first = std::min(above < half ? 0 : above - half, nodes.size() - stencil.count);
  return stencil;
}

/// Value at x. Beyond the ends the polynomial extrapolates: callers clamp x.
[[nodiscard]] inline Stencil value_stencil(std::span<const double> nodes, double x) {
  Stencil stencil = nearest_nodes(nodes, x);
  const double* node = nodes.data() + stencil.first;
  for (std::size_t i = 0; i < stencil.count; ++i) {
    double numerator = 1, denominator = 1;
    for (std::size_t j = 0; j < stencil.count; ++j) {
      if (j == i) continue;
      numerator *= x - node[j];
      denominator *= node[i] - node[j];
    }
    stencil.weight[i] = numerator / denominator;
  }
  return stencil;
}

/// Derivative at x of the same polynomial.
[[nodiscard]] inline Stencil slope_stencil(std::span<const double> nodes, double x) {
  Stencil stencil = nearest_nodes(nodes, x);
  const double* node = nodes.data() + stencil.first;
  for (std::size_t i = 0; i < stencil.count; ++i) {
    double slope = 0;
    for (std::size_t m = 0; m < stencil.count; ++m) {
      if (m == i) continue;
      double term = 1 / (node[i] - node[m]);
      for (std::size_t j = 0; j < stencil.count; ++j) {
        if (j != i && j != m) term *= (x - node[j]) / (node[i] - node[j]);
      }
      slope += term;
    }
    stencil.weight[i] = slope;
  }
  return stencil;
}

}  // namespace nubox::cosmology
