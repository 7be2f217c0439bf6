#include "net/convolve.hpp"

#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/network.hpp"

#include <array>
#include <optional>
#include <string_view>

#include <ATen/core/dispatch/Dispatcher.h>

namespace nubox::net {
namespace {

using Optional = std::optional<torch::Tensor>;
using Scalars = c10::List<std::optional<at::Scalar>>;

/// oneDNN's convolution with an activation. torch has no C++ declaration of it and, if it was built
/// without oneDNN, no such function.
using OneDnn = torch::Tensor(const torch::Tensor& x, const torch::Tensor& weight,
                             const Optional& bias, at::IntArrayRef padding, at::IntArrayRef stride,
                             at::IntArrayRef dilation, std::int64_t groups,
                             std::string_view activation, Scalars numbers,
                             std::optional<std::string_view> algorithm);
const std::optional<c10::TypedOperatorHandle<OneDnn>>& onednn() {
  static const auto found = [] {
    std::optional<c10::TypedOperatorHandle<OneDnn>> handle;
    const auto schema =
        c10::Dispatcher::singleton().findSchema({"mkldnn::_convolution_pointwise", ""});
    if (schema) handle = schema->typed<OneDnn>();
    return handle;
  }();
  return found;
}

/// Whether oneDNN can apply the activation within a convolution in `type`: in inference on CPUs.
bool fusible(const torch::Tensor& x, at::ScalarType type) {
  return c10::InferenceMode::is_enabled() && x.is_cpu() && onednn() &&
         (x.scalar_type() == at::kFloat || x.scalar_type() == type);
}

/// Whether LibTorch computes a convolution of one small sample on CPUs without oneDNN, 5 to 9 times
/// slower with 16 channels (2.7.1 and 2.15.0; at::native::use_mkldnn).
bool misses_onednn(const torch::Tensor& x, const torch::Tensor& weight, at::ScalarType type) {
  constexpr std::int64_t smallest = 20480;  // batch x channels x depth x height
  return x.is_cpu() && type == at::kFloat && x.size(0) == 1 && weight.size(4) <= 3 &&
         x.size(1) * x.size(2) * x.size(3) <= smallest;
}

}  // namespace

torch::Tensor activated(torch::Tensor y, Activation activation) {
  if (activation == Activation::leaky_relu) at::leaky_relu_(y, leak);
  return y;
}

torch::Tensor convolve(const ConvStep& step, const torch::Tensor& x, const torch::Tensor& weight) {
  const std::int64_t padding = step.pad ? (index(step.kernel) - 1) / 2 : 0;
  const std::vector<std::int64_t> pad(3, padding), halving(3, 2);
  if (step.op == Op::up) {
    // Output padding restores what a padded kernel cuts off: the output has twice the extent.
    const std::vector<std::int64_t> fill(3, 2 * padding + 2 - index(step.kernel));
    return at::conv_transpose3d(x, weight, {}, halving, pad, fill);
  }
  return convolution(x, weight, {}, step.op == Op::down ? 2 : 1, padding);
}

bool is_matrix_product(const torch::Tensor& x, const torch::Tensor& weight, std::int64_t stride,
                       std::int64_t padding) {
  return weight.size(2) == 1 && stride == 1 && padding == 0 && x.is_cpu() &&
         x.scalar_type() == at::kFloat && working_dtype(x.device()) == at::kFloat;
}

torch::Tensor convolution(const torch::Tensor& x, const torch::Tensor& weight,
                          const torch::Tensor& bias, std::int64_t stride, std::int64_t padding,
                          Activation activation) {
  const at::ScalarType type = working_dtype(x.device());
  if (is_matrix_product(x, weight, stride, padding)) {
    const torch::Tensor matrix = weight.flatten(1);
    return activated(at::linear(x.permute({0, 2, 3, 4, 1}), matrix, bias).permute({0, 4, 1, 2, 3}),
                     activation);
  }
  const std::array steps{stride, stride, stride}, pad{padding, padding, padding};
  const bool small = misses_onednn(x, weight, type);
  const bool leaky = activation == Activation::leaky_relu;
  if ((leaky || small) && fusible(x, type)) {
    return onednn()->call(x.to(type), weight.to(type),
                          bias.defined() ? Optional(bias.to(type)) : std::nullopt, pad, steps,
                          std::array<std::int64_t, 3>{1, 1, 1}, 1, leaky ? "leaky_relu" : "none",
                          leaky ? Scalars({std::optional<at::Scalar>(leak)}) : Scalars(), "");
  }
  if (small) {  // a batch of two is computed by oneDNN, in both directions
    const torch::Tensor y = at::conv3d(at::cat({x, x}), weight, bias, steps, pad);
    return activated(y.narrow(0, 0, 1), activation);
  }
  return activated(at::conv3d(x, weight, bias, steps, pad), activation);
}

bool can_add_matrix_product(const torch::Tensor& y, const torch::Tensor& x,
                            const torch::Tensor& weight) {
  return c10::InferenceMode::is_enabled() && is_matrix_product(x, weight) &&
         y.scalar_type() == at::kFloat && y.is_contiguous(at::MemoryFormat::ChannelsLast3d) &&
         x.is_contiguous(at::MemoryFormat::ChannelsLast3d);
}

torch::Tensor add_matrix_product(torch::Tensor y, const torch::Tensor& x,
                                 const torch::Tensor& weight, const torch::Tensor& bias,
                                 Activation activation) {
  const auto channels_last = [](const torch::Tensor& t) { return t.permute({0, 2, 3, 4, 1}); };
  const torch::Tensor sums = channels_last(y), inner = channels_last(x);
  // The same matrix [in][out] for each row of a plane.
  const torch::Tensor matrix = weight.flatten(1).t().expand({y.size(3), -1, -1});
  for (std::int64_t b = 0; b < y.size(0); ++b) {
    for (std::int64_t plane = 0; plane < y.size(2); ++plane) {
      torch::Tensor sum = sums[b][plane];
      sum.baddbmm_(inner[b][plane], matrix).add_(bias);
      (void)activated(sum, activation);
    }
  }
  return y;
}

std::vector<std::int64_t> input_shape(const ConvStep& step, std::int64_t batch) {
  return {batch, index(step.in), index(step.input[0]), index(step.input[1]), index(step.input[2])};
}

std::vector<std::int64_t> weight_shape(const ConvStep& step) {
  const std::int64_t k = index(step.kernel), in = index(step.in), out = index(step.out);
  return step.op == Op::up ? std::vector{in, out, k, k, k} : std::vector{out, in, k, k, k};
}

}  // namespace nubox::net
