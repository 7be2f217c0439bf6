#pragma once

#include "nubox/core/timer.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/sim/force.hpp"
#include "nubox/sim/force_split.hpp"

#include <cstdint>

namespace nubox::sim {

/// The short-range part of gravity by direct sums over pairs within the cut-off.
///
/// Particles keep their place in memory on the rank of their Lagrangian slab. Each evaluation sends
/// 12 bytes of position to the rank that holds the slab of space around it, and as much to the
/// neighbours that need it as a ghost, and 12 bytes of force come back. Each rank sorts what it got
/// into the cells of a chaining mesh half a cut-off wide, periodic images included, so that the
/// sums know no boundaries. Every pair is computed from both ends: the sums of one particle then
/// run over contiguous memory.
class ShortRangeForce {
 public:
  /// Collective on `comm`.
  ShortRangeForce(const par::Comm& comm, double box_size_mpch, const ForceSplit& split);

  /// Adds factor times the short-range force, in the units of Force. Collective.
  void evaluate(const field::LatticeField& displacement_mpch, double factor,
                const Force::UseForce& use);

  /// Largest of the last forces on particles in this rank's slab of space.
  [[nodiscard]] double largest_mpch() const { return largest_mpch_; }
  [[nodiscard]] const PhaseTimes& times() const { return times_; }
  /// Pairs that this rank computed since construction, those beyond the cut-off included.
  [[nodiscard]] std::uint64_t pairs() const { return pairs_; }

 private:
  par::Comm comm_;
  double box_size_mpch_;
  ForceSplit split_;
  MeshPairForce mesh_;
  PhaseTimes times_;
  std::uint64_t pairs_ = 0;
  double largest_mpch_ = 0;
};

}  // namespace nubox::sim
