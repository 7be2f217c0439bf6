#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/fft/plan.hpp"
#include "nubox/field/box.hpp"

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace nubox::prior {

/// Radius of the high-pass 1 - exp(-k^2 R^2 / 2) that takes bulk flows off what a network sees.
/// Which way its surroundings fall as a whole is of no use to a correction within a few Mpc/h
/// (Galilean invariance), grows with the box, and could not be removed later: the mean of a tile
/// depends on the tiling. Half of the power passes at k = 0.055 h/Mpc, well within the reach of the
/// prior, which is exact on large scales.
inline constexpr double bulk_flow_radius_mpch = 20;

/// What a published network (d3m) sees: the displacement of the prior, Mpc/h.
[[nodiscard]] std::vector<std::string> displacement_feature_names();

/// What a network that corrects the prior sees, one vector each, Mpc/h, without bulk flow:
/// local_prior_displacement; local_residual_velocity, u/f - displacement of the input, where it has
/// velocities; local_residual_acceleration, particle-mesh force at the lattice sites in units in
/// which it is the displacement in linear theory, less the displacement of the input. Both
/// residuals vanish in linear theory.
[[nodiscard]] std::vector<std::string> local_feature_names(bool has_velocity);

/// True if some of these channels are made of velocities.
[[nodiscard]] bool need_velocity(const std::vector<std::string>& names);

/// The network's input channels of one massless box, for any number of masses: what does not depend
/// on the mass is computed once.
class Features {
 public:
  /// @param names        channels in order: vectors of the lists above with _x, _y or _z
  /// @param mesh_factor  force mesh per side in units of the lattice
  /// @param plan         of the lattice of the box; null: made here
  /// Collective. @throws InputError (agreed) for an unknown name, or a velocity that the box lacks
  Features(const field::Box& input, const cosmology::LinearTheory& massless,
           std::vector<std::string> names, std::size_t mesh_factor,
           std::shared_ptr<const fft::Plan> plan = nullptr);

  /// [channels][nx_local][N][N] over what a prior predicts of the input. Collective.
  [[nodiscard]] field::LatticeField over(const field::Box& prior) const;

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::shared_ptr<const fft::Plan> plan_;
  std::map<std::string, field::LatticeField> of_input_;  ///< by name of the vector
};

}  // namespace nubox::prior
