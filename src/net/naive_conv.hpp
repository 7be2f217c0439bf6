#pragma once

#include <cstdint>

#include <torch/torch.h>

/// Convolutions of cubes by their definition, in double, one loop per index: the one reference that
/// tests and the checks of a machine compare fast kernels with.
namespace nubox::net::naive {

enum class Border { valid, zero, periodic };

/// A transposed convolution spreads every voxel where a convolution gathers: coarse voxel i and
/// fine voxel p = stride i + k - pad meet in weight k, pad = (kernel - 1) / 2, but 0 for
/// convolutions with valid borders. Their weights are [out][in][k^3], those of a transposed one
/// [in][out][k^3]; its output has `stride` times the voxels of its input per side.
struct Rule {
  bool transposed = false;
  std::int64_t stride = 1;
  Border border = Border::valid;
};

struct Products {
  torch::Tensor output;
  torch::Tensor input_gradient, weight_gradient;  ///< zero without an upstream gradient
};

/// Output [batch][out][m^3] of input [batch][in][n^3], and the gradients of sum(output upstream).
[[nodiscard]] Products products(const Rule& rule, const torch::Tensor& input,
                                const torch::Tensor& weights, const torch::Tensor& upstream = {});

/// The output with a bias per channel.
[[nodiscard]] torch::Tensor conv(const torch::Tensor& input, const torch::Tensor& weights,
                                 const torch::Tensor& bias, std::int64_t stride, Border border);
/// Up-sampling by two.
[[nodiscard]] torch::Tensor conv_transposed(const torch::Tensor& input,
                                            const torch::Tensor& weights, const torch::Tensor& bias,
                                            Border border);

}  // namespace nubox::net::naive
