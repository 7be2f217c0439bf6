#pragma once

#include "nubox/field/particle_positions.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nubox::stats {

/// Cubes in which friends are looked for. Fine cells are so small that all particles of one are
/// friends; blocks of fine cells are so large that there are fewer blocks than particles. All
/// arithmetic is exact, in units of 2^-32 of the box.
struct FriendsGrid {
  /// @param linking_length  in units of the box, below 1/2
  FriendsGrid(double linking_length, std::uint64_t particles);

  std::uint64_t length2 = 0;     ///< square of the linking length; friends have d^2 <= length2
  std::uint64_t blocks = 0;      ///< per side
  std::uint64_t per_block = 0;   ///< fine cells per side of a block
  std::uint64_t fine = 0;        ///< fine cells per side
  std::ptrdiff_t reach = 0;      ///< friends are at most this many fine cells apart on each axis
  bool cells_are_linked = true;  ///< false for very short lengths, whose cells are larger

  [[nodiscard]] std::uint64_t fine_index(field::BoxFraction x) const { return (x * fine) >> 32; }
  [[nodiscard]] std::uint64_t block_index(field::BoxFraction x) const { return (x * blocks) >> 32; }
  /// Fine cell within its block.
  [[nodiscard]] std::array<std::uint32_t, 3> cell_in_block(const field::ParticlePosition& p) const {
    const auto within = [&](field::BoxFraction x) {
      return static_cast<std::uint32_t>(fine_index(x) - block_index(x) * per_block);
    };
    return {within(p.x), within(p.y), within(p.z)};
  }
  /// A number for each fine cell of a block, growing with x, then y, then z.
  [[nodiscard]] std::uint32_t key(const field::ParticlePosition& p) const {
    const auto cell = cell_in_block(p);
    const auto side = static_cast<std::uint32_t>(per_block);
    return (cell[0] * side + cell[1]) * side + cell[2];
  }
};

/// Square of the periodic distance.
[[nodiscard]] inline std::uint64_t distance2(const field::ParticlePosition& a,
                                             const field::ParticlePosition& b) {
  // The conversion to a signed number is the minimum image.
  const std::int64_t dx = static_cast<std::int32_t>(a.x - b.x);
  const std::int64_t dy = static_cast<std::int32_t>(a.y - b.y);
  const std::int64_t dz = static_cast<std::int32_t>(a.z - b.z);
  return static_cast<std::uint64_t>(dx * dx) + static_cast<std::uint64_t>(dy * dy) +
         static_cast<std::uint64_t>(dz * dz);
}

/// Particles of consecutive planes of blocks, sorted by block and fine cell.
struct SortedParticles {
  std::uint64_t first_plane = 0, planes = 0;
  bool planes_follow_periodically = false;  ///< all planes of the box
  std::vector<field::ParticlePosition> positions;
  std::vector<std::uint32_t> slots;   ///< where each particle was before
  std::vector<std::uint32_t> starts;  ///< [planes][blocks][blocks] + 1: first particle of a block

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(positions.size()); }
};

/// Sorts the particles in planes [first, first + planes) out of `sources`, whose particles are
/// numbered consecutively; the others are left out. Rank-local.
[[nodiscard]] SortedParticles sort_particles(
    const FriendsGrid& grid, std::uint64_t first_plane, std::uint64_t planes,
    const std::array<const std::vector<field::ParticlePosition>*, 2>& sources);

/// Appends particles that are all in the plane after the last one (periodic). Their slots are
/// counted from zero. Rank-local.
void append_plane(const FriendsGrid& grid, const std::vector<field::ParticlePosition>& particles,
                  SortedParticles& sorted);

}  // namespace nubox::stats
