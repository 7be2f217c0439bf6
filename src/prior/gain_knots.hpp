#pragma once

#include <cstddef>
#include <span>

namespace nubox::prior {

/// G(k) - 1 as a sum over at most two neighbouring knots.
struct KnotWeights {
  std::size_t first = 0;  ///< knot; the other one is first + 1
  double at_first = 0;
  double at_second = 0;  ///< zero beyond the ends
};

/// Linear in ln k, k^2 below the first knot, constant beyond the last.
[[nodiscard]] KnotWeights knot_weights(std::span<const double> knots_hmpc, double k_hmpc);

}  // namespace nubox::prior
