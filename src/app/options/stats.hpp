#pragma once

#include "nubox/config/config.hpp"
#include "nubox/stats/stats_options.hpp"
#include "nubox/stats/stats_run.hpp"

namespace nubox::app {

/// Options of `nubox stats`, with the checksum of the settings of every statistic. Rank-local.
[[nodiscard]] stats::StatsOptions stats_options(const config::Config& config);

/// Boxes, options and statistics of a run; file names may have wildcards. Rank-local.
/// @throws UsageError, InputError if a wildcard matches nothing
[[nodiscard]] stats::StatsRequest stats_request(const config::Config& config);

}  // namespace nubox::app
