#pragma once

#include "net/layer_plan.hpp"
#include "net/network.hpp"

#include <vector>

namespace nubox::net {

/// A convolution of D3M with its border rule, then batch normalisation and ReLU (the last layer,
/// kernel 1, has neither).
class D3mLayer : public torch::nn::Module {
 public:
  D3mLayer(const Layer& row, bool periodic);
  torch::Tensor forward(torch::Tensor x);

 private:
  [[nodiscard]] torch::Tensor convolve(const torch::Tensor& x) const;
  Op op_;
  bool periodic_;
  torch::Tensor weight_;
  torch::Tensor bias_;
  torch::nn::BatchNorm3d norm_{nullptr};
};

/// D3M exactly (He et al. 2019, ML-Recon Unet/uNet.py; Giusarma et al. 2019): 15 convolutions,
/// 8,415,939 parameters with 64 channels and 2 levels. Padding zero or periodic treats every cube
/// by itself; halo runs zero padding on a cube that carries its surroundings and keeps the
/// interior.
class D3m : public Network {
 public:
  explicit D3m(const Architecture& architecture);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& theta) override;

 private:
  std::vector<Layer> plan_;
  std::vector<std::shared_ptr<D3mLayer>> layers_;
};

}  // namespace nubox::net
