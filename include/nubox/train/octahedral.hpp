#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace nubox::train {

/// An element of the symmetry group O_h of the cube (48 elements): new axis a is old axis p(a),
/// reversed where s_a = -1. Positions and components of vectors transform equally:
/// x'_a = s_a x_p(a), d'_a(x') = s_a d_p(a)(x). Reversal is i -> n-1-i, an exact symmetry of the
/// periodic box that maps the voxel pairs of strided layers onto each other.
struct Octahedral {
  std::array<std::size_t, 3> axis{0, 1, 2};
  std::array<int, 3> sign{1, 1, 1};
  bool operator==(const Octahedral&) const = default;
};

inline constexpr std::size_t octahedral_order = 48;

/// Element `index` of 0..47; 0 is the identity.
[[nodiscard]] Octahedral octahedral(std::size_t index);
/// The element that applies `first`, then `second`.
[[nodiscard]] Octahedral compose(const Octahedral& second, const Octahedral& first);

/// First channels of the vectors among named channels: "<name>_x" is followed by "_y" and "_z";
/// any other name is a scalar. @throws InputError if a vector is incomplete
[[nodiscard]] std::vector<std::size_t> vector_channels(const std::vector<std::string>& names);

}  // namespace nubox::train
