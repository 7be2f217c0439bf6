#pragma once

#include "net/convolve.hpp"

#include <torch/torch.h>

namespace nubox::net {

/// A valid convolution whose weights are modulated by the conditioning t, called style in StyleGAN2
/// (Karras et al. 2020; map2map): s_i = sum_j A_ji t_j + b_i, w' = s_i w_oi, and with demodulation
/// w'' = w' / sqrt(sum_ik w'^2 + 1e-8).
class StyledConv : public torch::nn::Module {
 public:
  enum class Weights { demodulated, zero };

  /// Weights::zero, for output layers: weights start at zero and are not demodulated, since
  /// demodulated weights have unit norm.
  StyledConv(Op op, std::size_t in, std::size_t out, std::size_t kernel, Weights weights);

  /// @param x      [B][in][n]^3
  /// @param style  [1][conditioning_numbers], and the weights are modulated, or
  ///               [B][conditioning_numbers], and input and output are scaled, which is equivalent
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& style,
                        Activation activation = Activation::none);

  /// Adds forward(x without `margin` voxels on every side) to y in place and applies the
  /// activation: the last step of a residual block. Kernel 1 only.
  torch::Tensor add_to(torch::Tensor y, const torch::Tensor& x, std::int64_t margin,
                       const torch::Tensor& style, Activation activation);

 private:
  /// s of every input channel: [1 or B][in].
  [[nodiscard]] torch::Tensor scales(const torch::Tensor& style) const;
  /// w'' for one sample.
  [[nodiscard]] torch::Tensor modulated_weight(const torch::Tensor& scale) const;
  [[nodiscard]] torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& weight,
                                       const torch::Tensor& bias, Activation activation) const;
  [[nodiscard]] std::vector<std::int64_t> weight_axes() const;
  Op op_;
  bool demodulate_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::Tensor style_weight_;
  torch::Tensor style_bias_;
};

/// Residual block of map2map: conv3, LeakyReLU, conv3, plus a kernel-1 convolution of the cropped
/// input; LeakyReLU after the sum unless it is the last block. Inner width max(in, out).
class ResidualBlock : public torch::nn::Module {
 public:
  ResidualBlock(std::size_t in, std::size_t out, bool last);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& style);

 private:
  bool last_;
  std::shared_ptr<StyledConv> first_;
  std::shared_ptr<StyledConv> second_;
  std::shared_ptr<StyledConv> skip_;
};

}  // namespace nubox::net
