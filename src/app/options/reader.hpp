#pragma once

#include "nubox/config/config.hpp"
#include "nubox/gadget/snapshot_set.hpp"

#include <string>
#include <vector>

namespace nubox::app {

/// What the options state about the snapshots of a command. Rank-local.
[[nodiscard]] gadget::ReaderOptions reader_options(const config::Config& config);

/// Names of the options of reader_options() that were given. Rank-local.
[[nodiscard]] std::vector<std::string> given_reader_options(const config::Config& config);

}  // namespace nubox::app
