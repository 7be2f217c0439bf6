#pragma once

#include "nubox/field/box.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace nubox::snapshot {

/// Particles whose displacement or velocity has nothing in common with those of their neighbours.
struct Outliers {
  std::uint64_t count = 0;
  double limit = 0;      ///< smallest distance that counts
  double largest = 0;    ///< distance of the worst particle
  std::uint64_t site{};  ///< of the worst particle, row-major
};

/// Outliers of a field of three components, a sign of damaged numbers.
///
/// The distance of a particle is that from its vector to the third nearest of the vectors of its 26
/// lattice neighbours. In a simulated box neighbours move together until shells cross, and in a
/// halo some of 26 neighbours stay near; with the third nearest, two damaged neighbours do not hide
/// each other. The limit follows from the box itself: with an exponential tail beyond the 90th and
/// 99th percentile, the largest of all particles is expected at q99 + (q99 - q90) log10(N / 100);
/// the limit is twice that. Gaussian tails end before it. Up to 1 % of damaged particles do not
/// change it.
///
/// @param resolution  distances below it never count (rounding), in the unit of the field
/// Collective; the same result on every number of ranks.
[[nodiscard]] Outliers find_outliers(const field::LatticeField& field, double resolution);

/// What to do about outliers.
enum class OutlierChoice { refuse, warn };

/// Finds the outliers of displacements and velocities.
///
/// @param particle  name of the particle of a site, for the message
/// Collective. @throws InputError (agreed) with number, worst particle, distance and way out
void check_outliers(const field::Box& box, OutlierChoice choice,
                    const std::function<std::string(std::uint64_t site)>& particle);

}  // namespace nubox::snapshot
