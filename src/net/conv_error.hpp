#pragma once

#include "nubox/net/conv_check.hpp"
#include "nubox/net/torch/device.hpp"

#include "net/convolve.hpp"

#include <functional>
#include <vector>

#include <torch/torch.h>

/// How far a convolution and its gradients are from their definition.
namespace nubox::net {

/// Small examples of what the networks hold: vnet's valid and two-voxel kernels, d3m's padded ones,
/// narrow and wide channel counts, for which libraries have different kernels.
[[nodiscard]] std::vector<ConvStep> examples();

/// "strided conv 2^3, 12 to 12 channels"
[[nodiscard]] std::string name_of(const ConvStep& step);

[[nodiscard]] at::MemoryFormat format_of(Layout layout);

using ConvFunction = std::function<torch::Tensor(const ConvStep& step, const torch::Tensor& x,
                                                 const torch::Tensor& weight)>;

/// Largest error of output and gradients, as ConvCheck::error, of `convolution` under a precision.
[[nodiscard]] ConvFigure error_of(const ConvStep& step, Precision precision, Layout layout,
                                  torch::Device device, const ConvFunction& convolution = convolve);

}  // namespace nubox::net
