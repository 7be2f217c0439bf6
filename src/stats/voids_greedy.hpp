#pragma once

#include "nubox/stats/voids.hpp"

#include "stats/voids_stencil.hpp"

namespace nubox::stats {

/// A cell of this rank whose smoothed contrast is below the threshold.
struct VoidCandidate {
  float delta;
  std::uint32_t row;  ///< x_local * n + y
  std::uint32_t z;
};

// Flags of the mask of excluded centres.
inline constexpr std::uint8_t flag_before = 1;  ///< by voids of larger radii
inline constexpr std::uint8_t flag_now = 2;     ///< by voids of this radius

/// Cells without a flag, below the threshold (strictly), by ascending (delta, cell). Collective.
/// @throws NumericalError for a cell that is not a number; agreed
[[nodiscard]] std::vector<VoidCandidate> sorted_candidates(const fft::MeshField& smoothed,
                                                           double threshold, const CellMask& mask);

/// What a walk through all candidates of all ranks in the order of (delta, cell) accepts, if a
/// candidate is rejected by an accepted one before it within `conflict` (a symmetric stencil).
/// Sorted by (delta, cell), the same on every rank. Raises flag_now in the mask. Collective.
///
/// The walk is local, given the voids that other ranks accept near the slab; these are taken from
/// the round before, until nothing changes. A set in which every candidate is accepted exactly if
/// no accepted one before it is in conflict is the result of the walk and unique (induction over
/// the order). Round k is right for all candidates whose fate hangs on fewer than k changes of
/// rank, so the rounds end, after as many as the longest chain of conflicts across slab edges.
[[nodiscard]] std::vector<Void> greedy_voids(const par::SlabLayout& layout,
                                             std::span<const VoidCandidate> candidates,
                                             std::uint32_t radius, const Stencil& conflict,
                                             CellMask& mask);

}  // namespace nubox::stats
