#pragma once

#include "nubox/config/config.hpp"
#include "nubox/net/architecture.hpp"

#include <string>

namespace nubox::app {

/// The network that the [model] section asks for. @throws UsageError if there is none, or its
/// padding does not fit
[[nodiscard]] net::Architecture architecture_of(const config::Config& config);

/// A named network with the sizes that the [model] section gives, elsewhere its own. @throws
/// UsageError on an unknown name
[[nodiscard]] net::Architecture sized_architecture(const std::string& name,
                                                   const config::Config& config);

}  // namespace nubox::app
