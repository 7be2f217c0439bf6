#pragma once

#include "nubox/config/config.hpp"
#include "nubox/prior/prior.hpp"

namespace nubox::app {

[[nodiscard]] prior::RewindOptions rewind_options(const config::Config& config);

}  // namespace nubox::app
