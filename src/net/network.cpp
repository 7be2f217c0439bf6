#include "nubox/net/torch/network.hpp"

#include "nubox/core/error.hpp"

#include "net/d3m.hpp"
#include "net/vnet.hpp"

namespace nubox::net {

std::shared_ptr<Network> make_network(const Architecture& architecture) {
  require_valid(architecture);
  if (!architecture.has_network()) {
    throw UsageError("architecture '{}' has no network", name_of(architecture.kind));
  }
  std::shared_ptr<Network> network;
  if (architecture.kind == NetworkKind::vnet) {
    network = std::make_shared<VNet>(architecture);
  } else {
    network = std::make_shared<D3m>(architecture);
  }
  // With the channels last convolutions of 16 channels are 1.2 to 1.8 times as fast (one core).
  for (auto& parameter : network->parameters()) {
    if (parameter.dim() == 5) {
      parameter.set_data(parameter.contiguous(at::MemoryFormat::ChannelsLast3d));
    }
  }
  return network;
}

torch::Tensor crop(const torch::Tensor& x, std::int64_t margin) {
  torch::Tensor inner = x;
  for (std::int64_t axis = 2; axis < 5; ++axis) {
    inner = inner.narrow(axis, margin, inner.size(axis) - 2 * margin);
  }
  return inner;
}

}  // namespace nubox::net
