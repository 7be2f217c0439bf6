#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/paths.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/stats/ensemble.hpp"
#include "nubox/stats/stats_plan.hpp"
#include "nubox/stats/suite.hpp"

#include "app/commands.hpp"
#include "app/options/stats.hpp"
#include "app/path_exists.hpp"
#include "app/report_cost.hpp"
#include "app/run_record.hpp"
#include "app/setup.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// Everything that the options request.
struct StatsRequest {
  stats::StatsPlan plan;
  stats::StatsOptions options;
  std::vector<stats::Statistic> statistics;
};

/// Names in stats.in and stats.target may have wildcards. Rank-local.
StatsRequest stats_request(const config::Config& config) {
  (void)config.required_text("stats.in");
  const auto boxes = io::expand_paths(config.texts("stats.in"), "stats.in");
  const auto targets = io::expand_paths(config.texts("stats.target"), "stats.target");
  StatsRequest request;
  request.plan = stats::plan_pairs(boxes, targets, config.text("stats.out"));
  request.plan.independent =
      io::expand_paths(config.texts("stats.independent"), "stats.independent");
  request.options = stats_options(config);
  request.statistics = stats::statistics_of(request.options);
  return request;
}

/// Arguments that all steps of a run share.
struct Run {
  const par::Comm& world;
  const config::Config& config;
  const StatsRequest& request;
  const io::InputDigests& digests;
};

/// Measures the statistics of one pair that are missing in `table`, and writes its file.
/// Collective.
std::vector<stats::Failure> measure(const Run& run, const stats::StatsPair& pair,
                                    const std::string& digest, io::TableFile& table) {
  const auto& [plan, options, statistics] = run.request;
  const stats::PairSummary summary = stats::summarize_pair(run.world, pair);
  par::require_memory(run.world,
                      stats::required_bytes(run.world, pair, summary, options.mesh_n, statistics),
                      "measuring " + pair.in.string());
  const stats::Tracers model = stats::read_box_tracers(
      run.world, pair.in, summary.target ? &summary.target->header : nullptr);
  std::optional<stats::Tracers> target;
  if (summary.target) {
    target = stats::read_box_tracers(run.world, pair.target, &summary.in.header);
  }
  stats::SharedMeshes shared(model, target ? &*target : nullptr, options.mesh_n, options.assignment,
                             pair.in.string(), pair.target.string());
  table.attributes =
      stats::describe_run(model.header(), target ? &target->header() : nullptr, digest);
  table.attributes["model_file"] = pair.in.string();
  table.attributes["target_file"] = pair.target.string();
  write_digested_run_record(run.world, pair.out.parent_path(), run.config, run.digests);
  auto failures = stats::measure_all(shared, statistics, table, [&](const io::TableFile& so_far) {
    io::write_table_file(run.world, pair.partial(), so_far);
  });
  if (!table.group_attributes.empty()) io::write_table_file(run.world, pair.out, table);
  par::agree(run.world, [&] {
    if (run.world.is_root()) fs::remove(pair.partial());
  });
  return failures;
}

/// The statistics of one pair; those in an existing file are kept. Collective.
io::TableFile statistics_of(const Run& run, const stats::StatsPair& pair,
                            std::vector<stats::Failure>& failures) {
  const std::string digest = stats::digest_text(run.digests, run.request.plan.inputs_of(pair));
  io::TableFile table = run.config.text("stats.resume") == "auto"
                            ? stats::earlier_table(run.world, pair, run.request.statistics, digest)
                            : stats::empty_stats_table();
  if (stats::has_all(table, run.request.statistics) && path_exists(run.world, pair.out)) {
    log::info("{} contains all statistics already (stats.resume = never measures them again)",
              pair.out.string());
    return table;
  }
  for (stats::Failure& failure : measure(run, pair, digest, table)) {
    failures.push_back(std::move(failure));
  }
  return table;
}

}  // namespace

void stats(const par::Comm& world, const config::Config& config) {
  memory::release_freed_arrays();
  const StatsRequest request = par::agree(world, [&] { return stats_request(config); });
  // These have to be field files: other files are refused before the measurement, not at its end.
  for (const fs::path& path : request.plan.independent) (void)io::FieldFile(world, path);
  if (config.check_only() || config.dry_run()) {
    const RunCost cost =
        stats::stats_cost(world, request.plan, request.options.mesh_n, request.statistics);
    if (config.dry_run()) report_cost(world, cost);
    return;
  }
  const io::InputDigests digests = stats::digest_boxes(world, request.plan.inputs());
  const Run run{world, config, request, digests};
  std::vector<stats::Failure> failures;
  std::vector<io::TableFile> tables;
  for (const stats::StatsPair& pair : request.plan.pairs) {
    if (request.plan.pairs.size() > 1) {
      log::info("realisation {} of {}: {}", tables.size() + 1, request.plan.pairs.size(),
                pair.in.string());
    }
    tables.push_back(statistics_of(run, pair, failures));
  }
  log::info("peak memory of a rank: {}",
            memory::text(world.all_reduce(memory::peak_rss_bytes(), par::Reduction::max)));
  if (tables.size() > 1) {
    io::TableFile ensemble = par::agree(world, [&] { return stats::combine(tables); });
    ensemble.attributes["inputs_checksum"] = stats::digest_text(digests, request.plan.inputs());
    io::write_table_file(world, request.plan.out, ensemble);
  }
  const bool nothing = std::all_of(tables.begin(), tables.end(), [](const io::TableFile& table) {
    return table.group_attributes.empty();
  });
  stats::raise(failures, nothing ? "no statistic could be measured"
                                 : fmt::format("the others are in {}", request.plan.out.string()));
}

}  // namespace nubox::app
