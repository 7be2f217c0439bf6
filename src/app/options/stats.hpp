#pragma once

#include "nubox/config/config.hpp"
#include "nubox/stats/stats_options.hpp"

namespace nubox::app {

/// Options of `nubox stats`, with the checksum of the settings of every statistic. Rank-local.
[[nodiscard]] stats::StatsOptions stats_options(const config::Config& config);

}  // namespace nubox::app
