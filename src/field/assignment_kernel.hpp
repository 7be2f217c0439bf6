#pragma once

#include "nubox/field/particle_positions.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace nubox::field {

/// Position of a particle on one axis of an n-point mesh: it contributes to the nodes node - back
/// ... with node in [0, n]; `fraction` in [0, 1) is its position between nodes.
struct CellPosition {
  std::size_t node;
  float fraction;
};

/// Weights of a mass assignment of `order` nodes per axis (Hockney &
/// Eastwood 1981), on nodes node - back, ..., node - back + order - 1.
template <std::size_t order>
struct AssignmentKernel {
  static constexpr std::size_t back = (order - 1) / 2;
  /// Odd orders are centred on the nearest node, even ones on the cell between two nodes.
  static constexpr std::uint64_t centre = order % 2 == 1 ? std::uint64_t{1} << 31 : 0;

  static CellPosition locate(BoxFraction x, std::size_t n) {
    const std::uint64_t cells = std::uint64_t{x} * n + centre;
    // A float has 24 bits, and a signed conversion is one instruction.
    const auto bits = static_cast<std::int32_t>((cells >> 8) & 0xFFFFFF);
    return {static_cast<std::size_t>(cells >> 32), static_cast<float>(bits) * 0x1p-24F};
  }

  static void weights(float f, float (&w)[order]) {
    if constexpr (order == 1) {
      w[0] = 1.0F;
    } else if constexpr (order == 2) {
      w[0] = 1.0F - f;
      w[1] = f;
    } else if constexpr (order == 3) {
      const float s = f - 0.5F;
      w[0] = 0.5F * (0.5F - s) * (0.5F - s);
      w[1] = 0.75F - s * s;
      w[2] = 0.5F * (0.5F + s) * (0.5F + s);
    } else {
      static_assert(order == 4);
      const float g = 1.0F - f;
      w[0] = g * g * g / 6.0F;
      w[1] = (4.0F - 6.0F * f * f + 3.0F * f * f * f) / 6.0F;
      w[2] = (4.0F - 6.0F * g * g + 3.0F * g * g * g) / 6.0F;
      w[3] = f * f * f / 6.0F;
    }
  }
};

/// Calls visit(std::integral_constant<std::size_t, order>) with the order as a compile-time number.
template <class Visit>
void with_order(std::size_t order, Visit&& visit) {
  switch (order) {
    case 1:
      return visit(std::integral_constant<std::size_t, 1>{});
    case 2:
      return visit(std::integral_constant<std::size_t, 2>{});
    case 3:
      return visit(std::integral_constant<std::size_t, 3>{});
    default:
      return visit(std::integral_constant<std::size_t, 4>{});
  }
}

}  // namespace nubox::field
