#include "net/styled_conv.hpp"

#include "nubox/net/torch/network.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::net {
namespace {

constexpr std::array<std::int64_t, 3> halving{2, 2, 2};
constexpr double demodulation_floor = 1e-8;

}  // namespace

StyledConv::StyledConv(Op op, std::size_t in, std::size_t out, std::size_t kernel, Weights weights)
    : op_(op), demodulate_(weights == Weights::demodulated) {
  const auto i = static_cast<std::int64_t>(in);
  const auto o = static_cast<std::int64_t>(out);
  const auto k = static_cast<std::int64_t>(kernel);
  const torch::Tensor initial = op == Op::up ? torch::zeros({i, o, k, k, k})  //
                                             : torch::zeros({o, i, k, k, k});
  const double bound = 1.0 / std::sqrt(static_cast<double>(i * k * k * k));
  if (demodulate_) torch::nn::init::uniform_(initial, -bound, bound);
  weight_ = register_parameter("weight", initial);
  bias_ = register_parameter("bias", torch::zeros({o}));
  // Weights for the mass start small. Those for the force start at zero and get no gradient from
  // boxes with a force mesh of 2N, so that training on these implies nothing for others.
  style_weight_ = register_parameter("style_weight",
                                     torch::stack({0.1 * torch::randn({i}), torch::zeros({i})}));
  style_bias_ = register_parameter("style_bias", torch::ones({i}));
}

std::vector<std::int64_t> StyledConv::weight_axes() const {
  return op_ == Op::up ? std::vector<std::int64_t>{0, 2, 3, 4}
                       : std::vector<std::int64_t>{1, 2, 3, 4};
}

torch::Tensor StyledConv::convolve(const torch::Tensor& x, const torch::Tensor& weight,
                                   const torch::Tensor& bias, Activation activation) const {
  if (op_ == Op::up) {
    return activated(at::conv_transpose3d(x, weight, bias, halving), activation);
  }
  return convolution(x, weight, bias, op_ == Op::down ? 2 : 1, 0, activation);
}

torch::Tensor StyledConv::scales(const torch::Tensor& style) const {
  // Not as a matrix product, which would be rounded in mixed precision.
  return (style.unsqueeze(2) * style_weight_).sum(1) + style_bias_;
}

torch::Tensor StyledConv::modulated_weight(const torch::Tensor& scale) const {
  torch::Tensor w = weight_ * (op_ == Op::up ? scale.view({-1, 1, 1, 1, 1})  //
                                             : scale.view({1, -1, 1, 1, 1}));
  if (demodulate_) w = w * (w.square().sum(weight_axes(), true) + demodulation_floor).rsqrt();
  return w;
}

torch::Tensor StyledConv::forward(const torch::Tensor& x, const torch::Tensor& style,
                                  Activation activation) {
  const torch::Tensor scale = scales(style);
  const std::int64_t batch = scale.size(0);
  if (batch == 1) return convolve(x, modulated_weight(scale), bias_, activation);
  const torch::Tensor scaled = x * scale.view({batch, -1, 1, 1, 1});
  if (!demodulate_) return convolve(scaled, weight_, bias_, activation);
  // sum_ik (s_i w_oik)^2 = sum_i s_i^2 sum_k w_oik^2, for every sample
  torch::Tensor power = weight_.square().sum({2, 3, 4});
  if (op_ != Op::up) power = power.t();  // [in][out]
  const torch::Tensor gain = (scale.square().matmul(power) + demodulation_floor).rsqrt();
  return activated(
      convolve(scaled, weight_, {}, Activation::none) * gain.view({batch, -1, 1, 1, 1}) +
          bias_.view({1, -1, 1, 1, 1}),
      activation);
}

torch::Tensor StyledConv::add_to(torch::Tensor y, const torch::Tensor& x, std::int64_t margin,
                                 const torch::Tensor& style, Activation activation) {
  const torch::Tensor scale = scales(style);
  if (scale.size(0) == 1 && can_add_matrix_product(y, x, weight_)) {
    return add_matrix_product(y, crop(x, margin), modulated_weight(scale), bias_, activation);
  }
  // Computing the margin too costs less than copying the crop.
  return activated(y += crop(forward(x, style), margin), activation);
}

ResidualBlock::ResidualBlock(std::size_t in, std::size_t out, bool last) : last_(last) {
  using Weights = StyledConv::Weights;
  const std::size_t width = std::max(in, out);
  const Weights outer = last ? Weights::zero : Weights::demodulated;
  first_ = register_module(
      "first", std::make_shared<StyledConv>(Op::conv, in, width, 3, Weights::demodulated));
  second_ = register_module("second", std::make_shared<StyledConv>(Op::conv, width, out, 3, outer));
  skip_ = register_module("skip", std::make_shared<StyledConv>(Op::conv, in, out, 1, outer));
}

torch::Tensor ResidualBlock::forward(const torch::Tensor& x, const torch::Tensor& style) {
  const torch::Tensor y = first_->forward(x, style, Activation::leaky_relu);
  return skip_->add_to(second_->forward(y, style), x, 2, style,
                       last_ ? Activation::none : Activation::leaky_relu);
}

}  // namespace nubox::net
