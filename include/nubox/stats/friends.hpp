#pragma once

#include "nubox/field/particle_positions.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace nubox::stats {

/// Groups of particles, as an index for every particle of this rank.
struct Groups {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  /// By local particle, in the order of the positions: group, or `none`. The numbers depend on the
  /// ranks, the partition does not; HaloCatalogue has its own order.
  std::vector<std::uint32_t> group;
  std::size_t count = 0;  ///< groups of all ranks
};

/// Friends of friends (Davis et al. 1985): the connected components of the graph whose edges are
/// the pairs at a distance <= linking_length, with `least` particles or more. Separations are
/// periodic. Distances are exact integers, so that the partition is the same for every order of the
/// particles and every distribution over ranks.
///
/// @param linking_length  in units of the box, below 1/2
/// @param positions       of this rank, any number
/// Particles are sent to slabs with about equal numbers of particles; a group may span all ranks.
/// Memory beyond the positions: about 20 bytes per particle of the slab. Collective.
/// @throws UsageError (agreed) for a linking length out of range, or if a slab does not fit into
/// the memory or the 32-bit indices of its rank
[[nodiscard]] Groups find_groups(const par::Comm& comm, double linking_length,
                                 std::vector<field::ParticlePosition> positions,
                                 std::uint64_t least);

}  // namespace nubox::stats
