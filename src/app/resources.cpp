#include "app/resources.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"

namespace nubox::app {

void report_resources(const par::Comm& world, const ResourceEstimate& needs) {
  const std::uint64_t most = world.all_reduce(needs.rank_bytes, par::Reduction::max);
  log::info(
      "dry run: about {} per rank on {} ranks ({} are available here), {:.2g} core hours at {}, "
      "{} of files",
      memory::text(most), world.size(), memory::text(memory::available_bytes()),
      needs.core_seconds / 3600, needs.basis,
      memory::text(static_cast<std::uint64_t>(needs.file_bytes)));
}

}  // namespace nubox::app
