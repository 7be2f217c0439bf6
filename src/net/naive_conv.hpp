#pragma once

#include <cstdint>

#include <torch/torch.h>

/// Convolutions of cubes by their definition, in double precision, one loop per index: the
/// reference for tests and for the check of a machine (ConvCheck).
namespace nubox::net::naive {

enum class Border { valid, zero, periodic };

/// Which voxels a convolution connects: weight k connects coarse voxel i with fine voxel
/// p = stride i + k - pad, where pad = (kernel - 1) / 2, or 0 for a convolution with valid borders.
/// A convolution sums into coarse voxels, a transposed one into fine voxels. Weights are
/// [out][in][k^3], transposed [in][out][k^3]. The output of a transposed convolution has `stride`
/// times the voxels of its input per side.
struct Rule {
  bool transposed = false;
  std::int64_t stride = 1;
  Border border = Border::valid;
};

struct Products {
  torch::Tensor output;
  torch::Tensor input_gradient, weight_gradient;  ///< zero without an upstream gradient
};

/// Output [batch][out][m^3] for input [batch][in][n^3], and the gradients of the sum of output
/// times upstream.
[[nodiscard]] Products products(const Rule& rule, const torch::Tensor& input,
                                const torch::Tensor& weights, const torch::Tensor& upstream = {});

/// The output with a bias per channel.
[[nodiscard]] torch::Tensor conv(const torch::Tensor& input, const torch::Tensor& weights,
                                 const torch::Tensor& bias, std::int64_t stride, Border border);
/// The output of a transposed convolution with stride 2, with a bias per channel.
[[nodiscard]] torch::Tensor conv_transposed(const torch::Tensor& input,
                                            const torch::Tensor& weights, const torch::Tensor& bias,
                                            Border border);

}  // namespace nubox::net::naive
