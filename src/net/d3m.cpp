#include "net/d3m.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::net {
namespace {

constexpr std::array<std::int64_t, 3> one{1, 1, 1};
constexpr std::array<std::int64_t, 3> two{2, 2, 2};
constexpr std::array<std::int64_t, 3> none{0, 0, 0};

/// Wraps `low` and `high` planes of the cube around it, on every axis.
torch::Tensor wrap(const torch::Tensor& x, std::int64_t low, std::int64_t high) {
  const std::array<std::int64_t, 6> widths{low, high, low, high, low, high};
  return at::pad(x, widths, "circular");
}

}  // namespace

D3mLayer::D3mLayer(const Layer& row, bool periodic) : op_(row.op), periodic_(periodic) {
  const auto in = static_cast<std::int64_t>(row.in);
  const auto out = static_cast<std::int64_t>(row.out);
  const auto kernel = static_cast<std::int64_t>(row.kernel);
  const auto first = op_ == Op::up ? in : out;
  const auto second = op_ == Op::up ? out : in;
  weight_ = register_parameter("weight", torch::empty({first, second, kernel, kernel, kernel}));
  bias_ = register_parameter("bias", torch::empty({out}));
  // PyTorch's default for convolutions: uniform in +-1/sqrt(fan in), fan in of the second axis.
  const double bound = 1.0 / std::sqrt(static_cast<double>(second * kernel * kernel * kernel));
  torch::nn::init::uniform_(weight_, -bound, bound);
  torch::nn::init::uniform_(bias_, -bound, bound);
  if (kernel > 1) norm_ = register_module("norm", torch::nn::BatchNorm3d(out));
}

torch::Tensor D3mLayer::convolve(const torch::Tensor& x) const {
  if (weight_.size(2) == 1) return at::conv3d(x, weight_, bias_);
  if (op_ == Op::up) {
    if (!periodic_) return at::conv_transpose3d(x, weight_, bias_, two, one, one);
    const std::int64_t n = 2 * x.size(2);
    const torch::Tensor y = at::conv_transpose3d(wrap(x, 0, 1), weight_, bias_, two, none);
    return y.narrow(2, 1, n).narrow(3, 1, n).narrow(4, 1, n);
  }
  const auto stride = op_ == Op::down ? two : one;
  if (periodic_) return at::conv3d(wrap(x, 1, 1), weight_, bias_, stride, none);
  return at::conv3d(x, weight_, bias_, stride, one);
}

torch::Tensor D3mLayer::forward(torch::Tensor x) {
  x = convolve(x);
  return norm_ ? norm_->forward(x).relu_() : x;
}

D3m::D3m(const Architecture& architecture)
    : Network(architecture), plan_(layer_plan(architecture)) {
  for (const Layer& row : plan_) {
    layers_.push_back(
        register_module(fmt::format("layer{}", layers_.size() + 1),
                        std::make_shared<D3mLayer>(row, architecture.padding == "periodic")));
  }
}

torch::Tensor D3m::forward(const torch::Tensor& x, const torch::Tensor& /*theta*/) {
  std::vector<torch::Tensor> kept;
  torch::Tensor y = x;
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    if (plan_[i].join) {  // the up-sampled one comes first
      y = torch::cat({y, kept.back()}, 1);
      kept.pop_back();
    }
    y = layers_[i]->forward(y);
    if (plan_[i].keep) kept.push_back(y);
  }
  return crop(y, halo());
}

}  // namespace nubox::net
