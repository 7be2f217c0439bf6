#include "app/options/architecture.hpp"

#include "nubox/core/error.hpp"

namespace nubox::app {

net::NetworkKind network_kind(const config::Config& config) {
  return net::network_kind_from(config.text("model.architecture"));
}

net::Architecture architecture_of(const config::Config& config) {
  const net::NetworkKind kind = network_kind(config);
  const net::Padding padding = net::padding_from(config.text("model.padding"));
  if (kind == net::NetworkKind::none) throw UsageError("model.architecture = none has no network");
  if (kind == net::NetworkKind::vnet && padding != net::Padding::halo) {
    throw UsageError("vnet supports only the exact halo: use model.padding = halo");
  }
  net::Architecture wanted = sized_architecture(kind, config);
  wanted.padding = padding;
  return wanted;
}

net::Architecture sized_architecture(net::NetworkKind kind, const config::Config& config) {
  net::Architecture wanted = net::default_architecture(kind);
  if (const auto channels = config.size("model.channels"); channels > 0) wanted.channels = channels;
  if (const auto levels = config.size("model.levels"); levels > 0) wanted.levels = levels;
  return wanted;
}

}  // namespace nubox::app
