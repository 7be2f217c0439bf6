#include "app/report_cost.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"

namespace nubox::app {

void report_cost(const par::Comm& world, const RunCost& cost) {
  const std::uint64_t most =
      world.all_reduce(memory::rss_bytes() + cost.rank_bytes, par::Reduction::max);
  log::info(
      "dry run: about {} per rank on {} ranks ({} are available here), {:.2g} core hours at {}, "
      "{} of files",
      memory::text(most), world.size(), memory::text(memory::available_bytes()),
      cost.core_seconds / 3600, cost.speed,
      memory::text(static_cast<std::uint64_t>(cost.file_bytes)));
}

}  // namespace nubox::app
