#pragma once

#include "nubox/config/config.hpp"
#include "nubox/net/architecture.hpp"

#include <string>

namespace nubox::app {

/// The network of the [model] section. @throws UsageError if there is none, or for an unsupported
/// padding
[[nodiscard]] net::Architecture architecture_of(const config::Config& config);

/// A named network with the sizes of the [model] section; 0 means its default. @throws UsageError
/// for an unknown name
[[nodiscard]] net::Architecture sized_architecture(const std::string& name,
                                                   const config::Config& config);

}  // namespace nubox::app
