#include "net/d3m.hpp"

#include "net/convolve.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::net {
namespace {

constexpr std::array<std::int64_t, 3> one{1, 1, 1};
constexpr std::array<std::int64_t, 3> two{2, 2, 2};
constexpr std::array<std::int64_t, 3> none{0, 0, 0};

/// Extends a periodic cube by `low` planes before and `high` planes behind it, on every axis.
torch::Tensor wrap(const torch::Tensor& x, std::int64_t low, std::int64_t high) {
  const std::array<std::int64_t, 6> widths{low, high, low, high, low, high};
  return at::pad(x, widths, "circular");
}

/// Maximum over 3^3 voxels of values that are not negative (outputs of a ReLU), axis by axis.
/// Unlike that of torch's pooling its gradient is deterministic on GPUs.
torch::Tensor maximum_around(const torch::Tensor& x, bool periodic) {
  static_assert(inception_pool == 3);
  constexpr std::array<std::int64_t, 6> margins{1, 1, 1, 1, 1, 1};
  torch::Tensor y = periodic ? wrap(x, 1, 1) : at::constant_pad_nd(x, margins);
  for (std::int64_t axis = 2; axis < 5; ++axis) {
    const std::int64_t n = x.size(axis);
    y = at::maximum(at::maximum(y.narrow(axis, 0, n), y.narrow(axis, 1, n)), y.narrow(axis, 2, n));
  }
  return y;
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
  // PyTorch's default for convolutions: uniform in +-1/sqrt(fan-in), with the fan-in of axis 1.
  const double bound = 1.0 / std::sqrt(static_cast<double>(second * kernel * kernel * kernel));
  torch::nn::init::uniform_(weight_, -bound, bound);
  torch::nn::init::uniform_(bias_, -bound, bound);
  if (row.last) return;
  norm_ = register_module("norm", std::make_shared<BatchNorm>(out));
  // Normalisation subtracts any constant, so that the gradient of this bias is rounding noise. Adam
  // would scale that to full steps, which differ between rank counts and which the running mean
  // follows with delay.
  bias_.register_hook([](const torch::Tensor& gradient) { return torch::zeros_like(gradient); });
}

torch::Tensor D3mLayer::convolve(const torch::Tensor& x) const {
  const std::int64_t margin = (weight_.size(2) - 1) / 2;
  if (op_ == Op::up) {
    if (!periodic_) return at::conv_transpose3d(x, weight_, bias_, two, one, one);
    const std::int64_t n = 2 * x.size(2);
    const torch::Tensor y = at::conv_transpose3d(wrap(x, 0, 1), weight_, bias_, two, none);
    return y.narrow(2, 1, n).narrow(3, 1, n).narrow(4, 1, n);
  }
  const std::int64_t stride = op_ == Op::down ? 2 : 1;
  if (!periodic_) return convolution(x, weight_, bias_, stride, margin);
  return convolution(margin > 0 ? wrap(x, margin, margin) : x, weight_, bias_, stride);
}

torch::Tensor D3mLayer::forward(torch::Tensor x) {
  x = convolve(x);
  return norm_ ? norm_->forward(x).relu_() : x;
}

D3mInception::D3mInception(const Layer& row, bool periodic) : periodic_(periodic) {
  for (const auto& rows : inception_branches(row)) {
    auto& branch = branches_.emplace_back();
    for (const Layer& convolution : rows) {
      branch.push_back(
          register_module(fmt::format("branch{}_{}", branches_.size(), branch.size() + 1),
                          std::make_shared<D3mLayer>(convolution, periodic)));
    }
  }
}

torch::Tensor D3mInception::forward(torch::Tensor x) {
  std::vector<torch::Tensor> outputs;
  for (const auto& branch : branches_) {
    torch::Tensor y = x;
    if (&branch == &branches_.back()) y = maximum_around(x, periodic_);
    for (const auto& layer : branch) y = layer->forward(y);
    outputs.push_back(y);
  }
  return torch::cat(outputs, 1);
}

D3m::D3m(const Architecture& architecture)
    : Network(architecture), plan_(layer_plan(architecture)) {
  const bool periodic = architecture.padding == Padding::periodic;
  for (const Layer& row : plan_) {
    std::shared_ptr<D3mModule> layer;
    if (row.op == Op::inception) {
      layer = std::make_shared<D3mInception>(row, periodic);
    } else {
      layer = std::make_shared<D3mLayer>(row, periodic);
    }
    layers_.push_back(register_module(fmt::format("layer{}", layers_.size() + 1), layer));
  }
}

torch::Tensor D3m::forward(const torch::Tensor& x, const torch::Tensor& /*conditioning*/) {
  std::vector<torch::Tensor> kept;
  torch::Tensor y = x;
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    if (plan_[i].join) {  // the up-sampled channels come first
      y = torch::cat({y, kept.back()}, 1);
      kept.pop_back();
    }
    y = layers_[i]->forward(y);
    if (plan_[i].keep) kept.push_back(y);
  }
  return crop(y, halo());
}

}  // namespace nubox::net
