#pragma once

#include "nubox/net/layer_plan.hpp"
#include "nubox/net/torch/batch_norm.hpp"
#include "nubox/net/torch/network.hpp"

#include <memory>
#include <vector>

namespace nubox::net {

/// One row of D3M's table.
class D3mRow : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor x) = 0;
};

/// A convolution of D3M with its border rule, then batch normalisation and ReLU (the last layer has
/// neither).
class D3mLayer : public D3mRow {
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

/// The branches of an inception module side by side.
class D3mInception : public D3mRow {
 public:
  D3mInception(const Layer& row, bool periodic);
  torch::Tensor forward(torch::Tensor x) override;

 private:
  bool periodic_;
  std::vector<std::vector<std::shared_ptr<D3mLayer>>> branches_;
};

/// D3M exactly (He et al. 2019, ML-Recon Unet/uNet.py; Giusarma et al. 2019): 15 convolutions,
/// 8,415,939 parameters with 64 channels and 2 levels. Padding zero or periodic treats every cube
/// by itself; halo runs zero padding on a cube that carries its surroundings and keeps the
/// interior. With inception modules or more layers, where the plan says so.
class D3m : public Network {
 public:
  explicit D3m(const Architecture& architecture);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& style) override;

 private:
  std::vector<Layer> plan_;
  std::vector<std::shared_ptr<D3mRow>> layers_;
};

}  // namespace nubox::net
