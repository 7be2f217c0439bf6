#pragma once

#include "net/layer_plan.hpp"

#include <torch/torch.h>

namespace nubox::net {

/// One convolution of an evaluation as the networks do it, without bias. `weight` is
/// [out][in][k^3], of Op::up [in][out][k^3].
[[nodiscard]] torch::Tensor convolve(const ConvStep& step, const torch::Tensor& x,
                                     const torch::Tensor& weight);

/// The convolution with a kernel of one voxel, `weight` [out][in][1][1][1]; `bias` may be
/// undefined. On CPUs in fp32 a product of matrices over the channels: 2 to 6 times as fast as
/// torch's convolution (16 and 32 channels, AVX-512), which in bf16 is the faster one.
[[nodiscard]] torch::Tensor convolve_points(const torch::Tensor& x, const torch::Tensor& weight,
                                            const torch::Tensor& bias);

/// Shapes of its input and weight.
[[nodiscard]] std::vector<std::int64_t> input_shape(const ConvStep& step, std::int64_t batch);
[[nodiscard]] std::vector<std::int64_t> weight_shape(const ConvStep& step);

}  // namespace nubox::net
