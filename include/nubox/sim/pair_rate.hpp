#pragma once

#include <cstddef>

namespace nubox::sim {

/// Pair forces per second that this core computes when all sources are in its first cache: the
/// limit of ShortRangeForce, which gathers its sources from memory first. The fastest of `repeats`
/// measurements of some milliseconds each. Rank-local.
[[nodiscard]] double peak_pairs_per_second(std::size_t repeats);

}  // namespace nubox::sim
