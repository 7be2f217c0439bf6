#include "nubox/core/memory.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/stats_run.hpp"

#include "app/commands.hpp"
#include "app/options/reader.hpp"
#include "app/options/stats.hpp"
#include "app/report_cost.hpp"
#include "app/run_record.hpp"

#include <filesystem>

namespace nubox::app {

void stats(const par::Comm& world, const config::Config& config) {
  // 1. Boxes and statistics. Other realisations have to be field files: other files are refused
  //    before the measurement, not at its end. So are outputs that cannot be written.
  memory::release_freed_arrays();
  const stats::StatsRequest request = par::agree(world, [&] { return stats_request(config); });
  for (const auto& path : request.plan.independent) (void)io::FieldFile(world, path);

  io::check_outputs(world, request.plan.outputs(), request.plan.inputs());

  // 2. --check and --dry-run end here.
  if (config.check_only() || config.dry_run()) {
    const RunCost cost =
        stats::stats_cost(world, request.plan, request.options.mesh_n, request.statistics);
    if (config.dry_run()) report_cost(world, cost);
    return;
  }

  // 3. Measure; each pair has a file and the record of the run next to it.
  const io::InputDigests digests = stats::digest_boxes(world, request.plan.inputs());
  stats::run_stats(world, request, digests, [&](const stats::StatsPair& pair) {
    write_digested_run_record(world, pair.out.parent_path(), config, digests);
  });
}

}  // namespace nubox::app
