#pragma once

#include "nubox/train/trainer.hpp"

#include <string>

#include <torch/torch.h>

namespace nubox::train {

/// Displacement error of every sample: mean over components and voxels of |e| (l1) or e^2
/// (mse), e = prediction - target in Mpc/h. [B].
[[nodiscard]] torch::Tensor displacement_losses(const torch::Tensor& prediction,
                                                const torch::Tensor& target, DisplacementLoss loss);

/// The function that training minimises, defined for each crop, so that it depends neither on the
/// batch nor on its distribution over ranks. Without further terms it is the displacement loss L;
/// with them
///
///   log(L^3 L_eul^eulerian L_grad^gradient) + spectral L_spec
///
/// (the product with exponents 3 and 1 is that of Jamieson et al. 2022, arXiv:2206.04594): factors
/// of a product need no common unit, and all masses have the same weight.
///   L_eul   mean square difference of the particle numbers at the nodes of the crop's mesh, CIC.
///           The mean displacement of the target is subtracted from both; particles whose target
///           is outside the mesh are not counted in either.
///   L_grad  mean square forward difference of e along the three axes
///   L_spec  mean over bins of (k/k_Ny) (ln P_pred - ln P_true)^2, P of the densities of L_eul
///   times
///           a Hann window, bins of the width of the crop's fundamental, above 0.3 h/Mpc
/// Always in the precision of the prediction (fp32).
class CropLoss {
 public:
  /// @throws UsageError for a spectral term if a crop has no such bin
  CropLoss(const LossOptions& options, std::size_t tile, double spacing_mpch);

  /// Whether the terms depend on the positions of the particles, not only on their errors.
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
  torch::Tensor count_of_mode_;  ///< 2 if it also stands for its conjugate, else 1
  torch::Tensor bin_weight_;     ///< [bins] (k/k_Ny), zero below the first
};

}  // namespace nubox::train
