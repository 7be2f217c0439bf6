#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/stats/measurement.hpp"

namespace nubox::stats {

/// A measurement as a `nubox-stats` file: groups power, pdf and residual (README, "Stats file"),
/// every convention named in the group's attributes. Rank-local.
[[nodiscard]] io::TableFile to_table(const Measurement& measurement);

}  // namespace nubox::stats
