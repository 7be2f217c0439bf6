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

/// Radius of the high-pass filter 1 - exp(-k^2 R^2 / 2) that removes bulk flows from the inputs of
/// a network. Bulk flows are irrelevant for corrections within a few Mpc/h (Galilean invariance),
/// grow with the box, and could not be removed later, since the mean of a tile depends on the
/// tiling. Half of the power passes at k = 0.055 h/Mpc, on scales where the prior is accurate.
inline constexpr double bulk_flow_radius_mpch = 20;

/// Input of a published network (d3m): the displacement of the prior, Mpc/h.
[[nodiscard]] std::vector<std::string> displacement_feature_names();

/// Inputs of a network that corrects the prior, vectors in Mpc/h without bulk flow:
/// local_prior_displacement; local_residual_velocity, u/f minus the displacement of the input, if
/// it has velocities; local_residual_acceleration, particle-mesh force at the lattice sites in
/// units in which it equals the displacement in linear theory, minus the displacement of the input.
/// Both residuals vanish in linear theory.
[[nodiscard]] std::vector<std::string> local_feature_names(bool has_velocity);

/// True if some of these channels need velocities.
[[nodiscard]] bool need_velocity(const std::vector<std::string>& names);

/// Input channels of a network for one massless box and any number of masses. Channels that do not
/// depend on the mass are computed once.
class Features {
 public:
  /// @param names        channels in order: vectors of the lists above with _x, _y or _z
  /// @param mesh_factor  force mesh per side in units of the lattice
  /// @param plan         of the lattice of the box; null: made here
  /// Collective. @throws InputError (agreed) for an unknown name, or a velocity that the box lacks
  Features(const field::Box& input, const cosmology::LinearTheory& massless,
           std::vector<std::string> names, std::size_t mesh_factor,
           std::shared_ptr<const fft::Plan> plan = nullptr);

  /// All channels, [channels][nx_local][N][N], for the prediction of a prior. Collective.
  [[nodiscard]] field::LatticeField over(const field::Box& prior) const;

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  std::vector<std::string> names_;
  std::shared_ptr<const fft::Plan> plan_;
  std::map<std::string, field::LatticeField> of_input_;  ///< by name of the vector
};

}  // namespace nubox::prior
