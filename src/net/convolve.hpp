#pragma once

#include "net/layer_plan.hpp"

#include <torch/torch.h>

namespace nubox::net {

/// One convolution of an evaluation as torch does it, without bias. `weight` is [out][in][k^3], of
/// Op::up [in][out][k^3].
[[nodiscard]] torch::Tensor convolve(const ConvStep& step, const torch::Tensor& x,
                                     const torch::Tensor& weight);

/// Shapes of its input and weight.
[[nodiscard]] std::vector<std::int64_t> input_shape(const ConvStep& step, std::int64_t batch);
[[nodiscard]] std::vector<std::int64_t> weight_shape(const ConvStep& step);

}  // namespace nubox::net
