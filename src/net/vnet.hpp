#pragma once

#include "nubox/net/layer_plan.hpp"
#include "nubox/net/torch/network.hpp"

#include "net/styled_conv.hpp"

#include <variant>
#include <vector>

namespace nubox::net {

/// Residual U-net of valid convolutions (map2map's V-Net without batch normalisation), modulated by
/// the conditioning. Its last layers start at zero: an untrained network adds nothing to the prior.
class VNet : public Network {
 public:
  explicit VNet(const Architecture& architecture);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& conditioning) override;

 private:
  std::vector<Layer> plan_;
  std::vector<std::variant<std::shared_ptr<ResidualBlock>, std::shared_ptr<StyledConv>>> layers_;
};

}  // namespace nubox::net
