#pragma once

#include "nubox/net/conv_check.hpp"
#include "nubox/net/torch/device.hpp"

#include "net/convolve.hpp"

#include <functional>
#include <vector>

#include <torch/torch.h>

/// Errors of a convolution and its gradients.
namespace nubox::net {

/// Small examples of the convolutions of the networks: valid ones and kernels of two voxels (vnet),
/// padded ones (d3m), few and many channels, for which libraries use different algorithms.
[[nodiscard]] std::vector<ConvStep> examples();

/// "strided conv 2^3, 12 to 12 channels"
[[nodiscard]] std::string name_of(const ConvStep& step);

[[nodiscard]] at::MemoryFormat format_of(Layout layout);

using ConvFunction = std::function<torch::Tensor(const ConvStep& step, const torch::Tensor& x,
                                                 const torch::Tensor& weight)>;

/// Largest error of output and gradients of `convolution`, as ConvCheck::error.
[[nodiscard]] ConvFigure error_of(const ConvStep& step, Precision precision, Layout layout,
                                  torch::Device device, const ConvFunction& convolution = convolve);

}  // namespace nubox::net
