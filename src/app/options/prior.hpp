#pragma once

#include "nubox/config/config.hpp"
#include "nubox/prior/rewind_options.hpp"

namespace nubox::app {

/// Options of the rewind from [prior]. Rank-local.
[[nodiscard]] prior::RewindOptions rewind_options(const config::Config& config);

}  // namespace nubox::app
