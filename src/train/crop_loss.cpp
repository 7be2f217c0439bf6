#include "train/crop_loss.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include "train/cic_density.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nubox::train {
namespace {

// Below these values a term counts as zero: its logarithm does not decrease any more.
constexpr double least_displacement_loss = 1e-7;
constexpr double least_square = 1e-10;
/// Larger scales are left to the prior, and a crop has too few of their modes.
constexpr double spectral_first_hmpc = 0.3;

torch::Tensor per_sample(const torch::Tensor& values) { return values.flatten(1).mean(1); }

torch::Tensor gradient_losses(const torch::Tensor& error) {
  torch::Tensor sum = torch::zeros({error.size(0)}, error.options());
  for (std::int64_t axis = 2; axis < 5; ++axis) {
    sum = sum + per_sample(error.diff(1, axis).square());
  }
  return sum / 3;
}

/// Lattice sites of a cube, [1][3][m]^3, in cells.
torch::Tensor sites(std::int64_t m, const torch::TensorOptions& options) {
  const torch::Tensor i = torch::arange(m, options);
  return torch::stack(torch::meshgrid({i, i, i}, "ij")).unsqueeze(0);
}

}  // namespace

torch::Tensor displacement_losses(const torch::Tensor& prediction, const torch::Tensor& target,
                                  DisplacementLoss loss) {
  const torch::Tensor error = prediction - target;
  return (loss == DisplacementLoss::l1 ? error.abs() : error.square()).mean({1, 2, 3, 4});
}

CropLoss::CropLoss(const LossOptions& options, std::size_t tile, double spacing_mpch)
    : options_(options), spacing_mpch_(spacing_mpch) {
  if (options.spectral <= 0) return;
  const auto m = static_cast<std::int64_t>(tile);
  const torch::Tensor hann =
      (torch::arange(m).add(0.5) * (units::pi / static_cast<double>(m))).sin().square();
  taper_ = hann.view({m, 1, 1}) * hann.view({1, m, 1}) * hann;
  const torch::Tensor n = torch::fft_fftfreq(m, 1.0 / static_cast<double>(m)).square();
  const torch::Tensor nz = torch::arange(m / 2 + 1).to(torch::kFloat32);
  const torch::Tensor norm =
      (n.view({m, 1, 1}) + n.view({1, m, 1}) + nz.square()).sqrt().reshape(-1);
  bin_of_mode_ = norm.floor().clamp_max(static_cast<double>(m / 2)).to(torch::kInt64);
  count_of_mode_ = torch::where((nz == 0) | (2 * nz == static_cast<double>(m)), 1.0F, 2.0F)
                       .expand({m, m, m / 2 + 1})
                       .reshape(-1);
  // Bin b has the modes with b <= |n| < b + 1, the last one those beyond the Nyquist frequency.
  const double fundamental_hmpc = 2 * units::pi / (static_cast<double>(tile) * spacing_mpch);
  bin_weight_ = torch::zeros({m / 2 + 1});
  for (std::int64_t b = 1; b < m / 2; ++b) {
    if (static_cast<double>(b) * fundamental_hmpc < spectral_first_hmpc) continue;
    bin_weight_[b] = (static_cast<double>(b) + 0.5) / (static_cast<double>(m) / 2);
  }
  if (bin_weight_.sum().item<double>() == 0) {
    throw UsageError(
        "loss.spectral: a crop of {} sites, {} Mpc/h apart, has no bin between {} h/Mpc and its "
        "Nyquist frequency",
        tile, spacing_mpch, spectral_first_hmpc);
  }
}

CropLoss::Values CropLoss::operator()(const torch::Tensor& prediction, const torch::Tensor& target,
                                      const torch::Tensor& base) const {
  const torch::Tensor displacement = displacement_losses(prediction, target, options_.lagrangian);
  const bool alone = options_.gradient <= 0 && !needs_positions();
  if (alone || prediction.size(0) == 0) return {displacement, displacement};
  torch::Tensor objective = 3 * displacement.clamp_min(least_displacement_loss).log();
  if (options_.gradient > 0) {
    objective = objective + options_.gradient *
                                gradient_losses(prediction - target).clamp_min(least_square).log();
  }
  if (needs_positions()) {
    const Densities n = densities(prediction, target, base);
    if (options_.eulerian > 0) {
      const torch::Tensor square = per_sample((n.prediction - n.target).square());
      objective = objective + options_.eulerian * square.clamp_min(least_square).log();
    }
    if (options_.spectral > 0) objective = objective + options_.spectral * spectral_losses(n);
  }
  return {objective, displacement};
}

CropLoss::Densities CropLoss::densities(torch::Tensor prediction, torch::Tensor target,
                                        const torch::Tensor& base) const {
  if (base.defined()) {
    prediction = prediction + base;
    target = target + base;
  }
  const std::int64_t m = target.size(2);
  const torch::Tensor frame =
      sites(m, target.options()) - target.mean({2, 3, 4}, true) / spacing_mpch_;
  const torch::Tensor x = frame + target / spacing_mpch_;
  const torch::Tensor counted =
      ((x >= 0) & (x <= static_cast<double>(m - 1))).all(1).to(target.scalar_type());
  return {cic_density(frame + prediction / spacing_mpch_, counted), cic_density(x, counted)};
}

torch::Tensor CropLoss::bin_power(const torch::Tensor& density) const {
  const torch::Tensor contrast = (density - density.mean({1, 2, 3}, true)) * taper_.to(density);
  const torch::Tensor modes = torch::fft_rfftn(contrast, std::nullopt, {{1, 2, 3}});
  const torch::Tensor power = torch::view_as_real(modes).square().sum(-1).flatten(1);
  const torch::Tensor empty = torch::zeros({density.size(0), bin_weight_.size(0)}, power.options());
  return empty.index_add(1, bin_of_mode_.to(density.device()), power * count_of_mode_.to(power));
}

torch::Tensor CropLoss::spectral_losses(const Densities& n) const {
  const auto logarithm = [&](const torch::Tensor& density) {
    return bin_power(density).clamp_min(std::numeric_limits<float>::min()).log();
  };
  const torch::Tensor weight = bin_weight_.to(n.prediction);
  const torch::Tensor difference = logarithm(n.prediction) - logarithm(n.target);
  return (weight * difference.square()).sum(1) / (weight > 0).sum();
}

}  // namespace nubox::train
