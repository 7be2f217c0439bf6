#pragma once

#include "nubox/net/layer_plan.hpp"
#include "nubox/net/torch/batch_norm.hpp"
#include "nubox/net/torch/network.hpp"

#include <memory>
#include <vector>

namespace nubox::net {

/// A layer or an inception module.
class D3mModule : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor x) = 0;
};

/// A convolution with zero or periodic borders, then batch normalisation and ReLU unless it is the
/// last layer.
class D3mLayer : public D3mModule {
 public:
  D3mLayer(const Layer& row, bool periodic);
  torch::Tensor forward(torch::Tensor x) override;

 private:
  [[nodiscard]] torch::Tensor convolve(const torch::Tensor& x) const;
  Op op_;
  bool periodic_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  std::shared_ptr<BatchNorm> norm_;
};

/// An inception module: several branches on the same input.
class D3mInception : public D3mModule {
 public:
  D3mInception(const Layer& row, bool periodic);
  torch::Tensor forward(torch::Tensor x) override;

 private:
  bool periodic_;
  std::vector<std::vector<std::shared_ptr<D3mLayer>>> branches_;
};

/// D3M as published (He et al. 2019, ML-Recon Unet/uNet.py; Giusarma et al. 2019): 15 convolutions,
/// 8,415,939 parameters with 64 channels and 2 levels; also its variants with inception modules or
/// more layers. With zero or periodic padding each cube is a problem of its own. With padding halo
/// the cube includes its surroundings: convolutions pad with zeros and the interior is returned.
class D3m : public Network {
 public:
  explicit D3m(const Architecture& architecture);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& conditioning) override;

 private:
  std::vector<Layer> plan_;
  std::vector<std::shared_ptr<D3mModule>> layers_;
};

}  // namespace nubox::net
