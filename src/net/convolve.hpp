#pragma once

#include "nubox/net/layer_plan.hpp"

#include <torch/torch.h>

namespace nubox::net {

/// One convolution of an evaluation as in the networks, without bias.
///
/// @param weight  [out][in][k^3], for Op::up [in][out][k^3]
[[nodiscard]] torch::Tensor convolve(const ConvStep& step, const torch::Tensor& x,
                                     const torch::Tensor& weight);

/// Function that is applied to the result of a convolution.
enum class Activation { none, leaky_relu };

/// Slope of LeakyReLU for negative values (map2map).
inline constexpr double leak = 0.01;

/// In place.
[[nodiscard]] torch::Tensor activated(torch::Tensor y, Activation activation);

/// Whether a convolution is computed as a matrix product over the channels: kernel and stride of
/// one voxel, without padding, in fp32 on CPUs. There the product is 2 to 6 times as fast as conv3d
/// (16 and 32 channels, AVX-512); in bf16 it is slower.
[[nodiscard]] bool is_matrix_product(const torch::Tensor& x, const torch::Tensor& weight,
                                     std::int64_t stride = 1, std::int64_t padding = 0);

/// torch's conv3d, or a matrix product where is_matrix_product(). In inference on CPUs the
/// activation is applied while the result is in the cache, which saves a pass through memory.
/// `bias` may be undefined.
[[nodiscard]] torch::Tensor convolution(const torch::Tensor& x, const torch::Tensor& weight,
                                        const torch::Tensor& bias, std::int64_t stride = 1,
                                        std::int64_t padding = 0,
                                        Activation activation = Activation::none);

/// Adds a convolution that is a matrix product to y, in place, and applies the activation: plane by
/// plane, so that the sum is activated while it is in the cache and the result of the convolution
/// is not stored. Only where can_add_matrix_product(); x may be a crop.
///
/// @param y  [B][out][n]^3
/// @param x  [B][in][n]^3
/// @param weight  [out][in][1]^3
[[nodiscard]] torch::Tensor add_matrix_product(torch::Tensor y, const torch::Tensor& x,
                                               const torch::Tensor& weight,
                                               const torch::Tensor& bias, Activation activation);

/// True in inference if the convolution is_matrix_product() and both tensors have the channels
/// last.
[[nodiscard]] bool can_add_matrix_product(const torch::Tensor& y, const torch::Tensor& x,
                                          const torch::Tensor& weight);

/// Shapes of the input and the weight of a convolution.
[[nodiscard]] std::vector<std::int64_t> input_shape(const ConvStep& step, std::int64_t batch);
[[nodiscard]] std::vector<std::int64_t> weight_shape(const ConvStep& step);

}  // namespace nubox::net
