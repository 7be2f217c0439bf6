#pragma once

#include "nubox/config/config.hpp"
#include "nubox/net/architecture.hpp"

namespace nubox::app {

/// The network that the [model] section asks for. @throws UsageError if there is none, or its
/// padding does not fit
[[nodiscard]] net::Architecture architecture_of(const config::Config& config);

}  // namespace nubox::app
