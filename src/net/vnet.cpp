#include "net/vnet.hpp"

#include "net/join.hpp"

#include <fmt/format.h>

namespace nubox::net {

VNet::VNet(const Architecture& architecture)
    : Network(architecture), plan_(layer_plan(architecture)) {
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    const Layer& row = plan_[i];
    const std::string name = fmt::format("layer{}", i + 1);
    if (row.op == Op::block) {
      const bool last = i + 1 == plan_.size();
      layers_.emplace_back(
          register_module(name, std::make_shared<ResidualBlock>(row.in, row.out, last)));
    } else {
      layers_.emplace_back(
          register_module(name, std::make_shared<StyledConv>(row.op, row.in, row.out, row.kernel,
                                                             StyledConv::Weights::demodulated)));
    }
  }
}

torch::Tensor VNet::forward(const torch::Tensor& x, const torch::Tensor& conditioning) {
  std::vector<torch::Tensor> kept;
  torch::Tensor y = x;
  for (std::size_t i = 0; i < plan_.size(); ++i) {
    if (plan_[i].join) {  // the kept channels come first, cropped to the present extent
      const torch::Tensor& wide = kept.back();
      y = join(crop(wide, (wide.size(2) - y.size(2)) / 2), y);
      kept.pop_back();
    }
    if (const auto* block = std::get_if<std::shared_ptr<ResidualBlock>>(&layers_[i])) {
      y = (*block)->forward(y, conditioning);
    } else {
      y = std::get<std::shared_ptr<StyledConv>>(layers_[i])
              ->forward(y, conditioning, Activation::leaky_relu);
    }
    if (plan_[i].keep) kept.push_back(y);
  }
  return y;
}

}  // namespace nubox::net
