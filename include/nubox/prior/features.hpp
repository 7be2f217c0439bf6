#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/field/box.hpp"
#include "nubox/prior/shared.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
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

/// True for a component of local_residual_velocity. Its rms tells the force resolution of a box: at
/// z = 0 and 1.95 Mpc/h 4.3 to 5.0 Mpc/h with pair forces, 3.2 with a mesh of 2N.
[[nodiscard]] bool is_residual_velocity(const std::string& name);
/// True if some of these channels need velocities.
[[nodiscard]] bool need_velocity(const std::vector<std::string>& names);
/// True if some of these channels need the force on the input.
[[nodiscard]] bool need_force(const std::vector<std::string>& names);

/// Gets the values of a channel on the sites of this rank, which are invalid after the call.
using UseChannel = std::function<void(std::size_t channel, std::span<const float> values)>;

/// The channels of one massless box that do not depend on the mass, one after the other.
///
/// @param names        channels in order: vectors of the lists above with _x, _y or _z
/// @param mesh_factor  force mesh per side in units of the lattice
/// Collective. @throws InputError (agreed) for an unknown name, or a velocity that the box lacks
void input_channels(const field::Box& input, const cosmology::LinearTheory& massless,
                    const std::vector<std::string>& names, std::size_t mesh_factor,
                    const Shared& shared, const UseChannel& use);
/// Mean square of the residual velocities while their channels are made.
class ResidualVelocity {
 public:
  /// Takes a channel; those of other vectors are ignored. Rank-local.
  void add(const std::string& name, std::span<const float> values);
  /// Mean square of a component over all ranks; none without such channels. Collective.
  [[nodiscard]] std::optional<double> mean_square(const par::Comm& comm) const;

 private:
  double sum_ = 0;
  std::size_t count_ = 0;
};

/// The other channels, from the displacement that a prior predicts. Collective.
void prior_channels(const field::LatticeField& displacement_mpch,
                    const std::vector<std::string>& names, const UseChannel& use);

/// Input channels of a network for one massless box and any number of masses. Channels that do not
/// depend on the mass are computed once.
class Features {
 public:
  /// Parameters and errors of input_channels(). Collective.
  Features(const field::Box& input, const cosmology::LinearTheory& massless,
           std::vector<std::string> names, std::size_t mesh_factor, const Shared& shared = {});

  /// All channels, [channels][nx_local][N][N], for the prediction of a prior. Collective.
  [[nodiscard]] field::LatticeField over(const field::Box& prior) const;

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  /// Mean square of a component of the residual velocities, (Mpc/h)^2; none without such channels.
  /// Equal on all ranks.
  [[nodiscard]] std::optional<double> residual_velocity_square() const {
    return residual_velocity_square_;
  }

 private:
  std::vector<std::string> names_;
  std::map<std::size_t, std::vector<float>> of_input_;  ///< by number of the channel
  std::optional<double> residual_velocity_square_;
};

}  // namespace nubox::prior
