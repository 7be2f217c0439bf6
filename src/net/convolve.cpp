#include "net/convolve.hpp"

#include "net/device.hpp"
#include "net/network.hpp"

#include <array>

namespace nubox::net {

torch::Tensor convolve(const ConvStep& step, const torch::Tensor& x, const torch::Tensor& weight) {
  const std::int64_t padding = step.pad ? (index(step.kernel) - 1) / 2 : 0;
  const std::vector<std::int64_t> pad(3, padding), halving(3, 2);
  if (step.op == Op::up) {
    // Twice the extent: what a padded kernel cuts off on the far side comes back as output padding.
    const std::vector<std::int64_t> fill(3, 2 * padding + 2 - index(step.kernel));
    return at::conv_transpose3d(x, weight, {}, halving, pad, fill);
  }
  return convolution(x, weight, {}, step.op == Op::down ? 2 : 1, padding);
}

torch::Tensor convolution(const torch::Tensor& x, const torch::Tensor& weight,
                          const torch::Tensor& bias, std::int64_t stride, std::int64_t padding) {
  const bool points = weight.size(2) == 1 && stride == 1 && padding == 0;
  if (!points || !x.is_cpu() || x.scalar_type() != at::kFloat ||
      working_dtype(x.device()) != at::kFloat) {
    return at::conv3d(x, weight, bias, std::array{stride, stride, stride},
                      std::array{padding, padding, padding});
  }
  const torch::Tensor matrix = weight.flatten(1);
  return at::linear(x.permute({0, 2, 3, 4, 1}), matrix, bias).permute({0, 4, 1, 2, 3});
}

std::vector<std::int64_t> input_shape(const ConvStep& step, std::int64_t batch) {
  return {batch, index(step.in), index(step.input[0]), index(step.input[1]), index(step.input[2])};
}

std::vector<std::int64_t> weight_shape(const ConvStep& step) {
  const std::int64_t k = index(step.kernel), in = index(step.in), out = index(step.out);
  return step.op == Op::up ? std::vector{in, out, k, k, k} : std::vector{out, in, k, k, k};
}

}  // namespace nubox::net
