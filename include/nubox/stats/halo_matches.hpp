#pragma once

#include "nubox/stats/haloes.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

/// A halo of the model and one of the target that have more particles in common with each other
/// than with any other halo.
struct HaloMatch {
  std::uint32_t model = 0, target = 0;  ///< indices into the catalogues
  std::uint64_t shared = 0;             ///< Lagrangian sites in both
  bool operator==(const HaloMatch&) const = default;
};

/// All matches by ascending target, so by descending mass. Particles with the same local index have
/// the same Lagrangian site. Of several haloes with equally many shared sites the first one of the
/// catalogue counts. Collective. @throws InternalError for different numbers of local particles
[[nodiscard]] std::vector<HaloMatch> match_haloes(const par::Comm& comm, const HaloCatalogue& model,
                                                  const HaloCatalogue& target);

/// Errors of the matched haloes of the model by mass of the target's; NaN in bins without matches,
/// and for velocities if a catalogue has none.
struct HaloMatchErrors {
  std::vector<std::uint64_t> matches;
  std::vector<double> fraction;            ///< of the target's haloes that have a match
  std::vector<double> mass_ratio_mean;     ///< <M_model / M_target>
  std::vector<double> mass_ratio_scatter;  ///< standard deviation of M_model / M_target
  std::vector<double> position_rms_mpch;   ///< <|x_model - x_target|^2>^1/2
  std::vector<double> velocity_rms_kms;    ///< <|v_model - v_target|^2>^1/2
};
/// Rank-local.
[[nodiscard]] HaloMatchErrors match_errors(const HaloCatalogue& model, const HaloCatalogue& target,
                                           std::span<const HaloMatch> matches,
                                           std::span<const double> edges_msunh,
                                           double box_size_mpch);

}  // namespace nubox::stats
