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

/// Voids that a serial loop over the candidates of all ranks, in the order of (delta, cell), would
/// accept, where a candidate is rejected by an earlier accepted one within `conflict` (a symmetric
/// stencil). Sorted by (delta, cell), the same on every rank. Sets flag_now in the mask.
/// Collective.
///
/// Each rank loops over its candidates, given the voids that other ranks accepted near its slab in
/// the previous round, until nothing changes. The fixed point, in which a candidate is accepted
/// exactly if no earlier accepted one is in conflict, is unique and equals the serial result
/// (induction over the order). After round k all candidates are correct that depend on a chain of
/// conflicts with fewer than k changes of rank, so the number of rounds is that of the longest such
/// chain.
[[nodiscard]] std::vector<Void> greedy_voids(const par::SlabLayout& layout,
                                             std::span<const VoidCandidate> candidates,
                                             std::uint32_t radius, const Stencil& conflict,
                                             CellMask& mask);

}  // namespace nubox::stats
