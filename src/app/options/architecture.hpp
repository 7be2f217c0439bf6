#pragma once

#include "nubox/config/config.hpp"
#include "nubox/net/architecture.hpp"

namespace nubox::app {

/// model.architecture
[[nodiscard]] net::NetworkKind network_kind(const config::Config& config);

/// The network of the [model] section. @throws UsageError if there is none, or for an unsupported
/// padding
[[nodiscard]] net::Architecture architecture_of(const config::Config& config);

/// A network with the sizes of the [model] section; 0 means its default.
[[nodiscard]] net::Architecture sized_architecture(net::NetworkKind kind,
                                                   const config::Config& config);

}  // namespace nubox::app
