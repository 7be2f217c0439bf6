#pragma once

#include "nubox/train/trainer.hpp"

#include <string>

#include <torch/torch.h>

namespace nubox::train {

/// Displacement error of every sample: mean over components and voxels of |e| (l1) or e^2
/// (mse), e = prediction - target in Mpc/h. [B].
[[nodiscard]] torch::Tensor displacement_losses(const torch::Tensor& prediction,
                                                const torch::Tensor& target, DisplacementLoss loss);

/// What training minimises, defined for every sample by itself, so that it depends neither on the
/// batch nor on how ranks share it. Without further terms the displacement loss L; with them
///
///   log(L^3 L_eul^eulerian L_grad^gradient) + spectral L_spec
///
/// (the product with exponents 3 and 1 is that of Jamieson et al. 2022, arXiv:2206.04594): powers
/// in a logarithm need no common unit, and every mass weighs the same.
///   L_eul   mean square difference of the particle numbers at the nodes of the crop's mesh, CIC.
///           One mean displacement, that of the target, is taken off both; particles whose target
///           lies beside the mesh are left out of both.
///   L_grad  mean square forward difference of e along the three axes
///   L_spec  mean over bins of (k/k_Ny) (ln P_pred - ln P_true)^2, densities of L_eul under a Hann
///           window, bins as wide as the crop's fundamental, above 0.3 h/Mpc
/// Always in the precision of the prediction (fp32).
class CropLoss {
 public:
  /// @throws UsageError for an unknown name, or for a spectral term where a crop has no such bin
  CropLoss(const LossOptions& options, std::size_t tile, double spacing_mpch);

  /// Whether the terms need to know where the particles are, not only by how much they are off.
  [[nodiscard]] bool needs_positions() const {
    return options_.eulerian > 0 || options_.spectral > 0;
  }

  struct Values {
    torch::Tensor objective;  ///< [B], to be minimised
    torch::Tensor
        displacement;  ///< [B], the displacement loss alone; equal if there is no other term
  };
  /// @param prediction, target  [B][3][tile]^3, Mpc/h
  /// @param base                [B][3][tile]^3, the displacement that both are increments to;
  ///                            undefined: none
  [[nodiscard]] Values operator()(const torch::Tensor& prediction, const torch::Tensor& target,
                                  const torch::Tensor& base) const;

 private:
  /// Densities [B][tile]^3 of the prediction and the target.
  struct Densities {
    torch::Tensor prediction, target;
  };
  [[nodiscard]] Densities densities(torch::Tensor prediction, torch::Tensor target,
                                    const torch::Tensor& base) const;
  [[nodiscard]] torch::Tensor spectral_losses(const Densities& n) const;
  [[nodiscard]] torch::Tensor bin_power(const torch::Tensor& density) const;

  LossOptions options_;
  double spacing_mpch_;
  torch::Tensor taper_;          ///< [tile]^3
  torch::Tensor bin_of_mode_;    ///< [modes of a real transform]
  torch::Tensor count_of_mode_;  ///< how often it stands for itself and its conjugate
  torch::Tensor bin_weight_;     ///< [bins] (k/k_Ny), zero below the first
};

}  // namespace nubox::train
