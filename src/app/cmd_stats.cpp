#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory.hpp"
#include "nubox/stats/ensemble.hpp"
#include "nubox/stats/suite.hpp"

#include "app/commands.hpp"
#include "app/paths.hpp"
#include "app/resources.hpp"
#include "app/run_record.hpp"
#include "app/setup.hpp"
#include "app/stats_request.hpp"
#include "app/tracers.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// What the steps of one run share.
struct Run {
  const par::Comm& world;
  const config::Config& config;
  const StatsRequest& request;
  const io::InputDigests& digests;
};

/// Groups of an earlier run of the same statistics on the same inputs. Collective.
io::TableFile earlier_table(const Run& run, const StatsPair& pair, const std::string& digest) {
  if (run.config.text("stats.resume") == "auto") {
    for (const fs::path& path : {pair.partial(), pair.out}) {
      if (!path_exists(run.world, path)) continue;
      try {
        io::TableFile table = io::read_table_file(run.world, path, "nubox-stats");
        stats::drop_stale(table, run.request.statistics, digest);
        if (!table.group_attributes.empty()) return table;
      } catch (const Error& error) {
        if (error.code() != ExitCode::input || !error.agreed()) throw;
        log::info("{} holds no statistics to keep: {}", path.string(), error.what());
      }
    }
  }
  io::TableFile table;
  table.format = "nubox-stats";
  return table;
}

bool is_complete(const io::TableFile& table, const std::vector<stats::Statistic>& statistics) {
  return std::all_of(statistics.begin(), statistics.end(), [&](const stats::Statistic& statistic) {
    return table.group_attributes.contains(statistic.name);
  });
}

struct PairFacts {
  BoxFacts in;
  std::optional<BoxFacts> target;
};

/// A snapshot takes from the other box what its own header does not hold. Collective.
PairFacts facts_of(const par::Comm& world, const StatsPair& pair) {
  if (!pair.has_target()) return {facts_of_box(world, pair.in, nullptr), std::nullopt};
  const BoxFacts target = facts_of_box(world, pair.target, nullptr);
  const BoxFacts in = facts_of_box(world, pair.in, &target.header);
  return {in, facts_of_box(world, pair.target, &in.header)};
}

/// Bytes that a rank will allocate at most for one pair, from the headers alone. Collective.
std::uint64_t needed_bytes(const par::Comm& world, const config::Config& config,
                           const StatsRequest& request, const StatsPair& pair,
                           const PairFacts& facts) {
  if (facts.target) {
    par::agree(world, [&] {
      io::require_same_box(facts.in.header, pair.in.string(), facts.target->header,
                           pair.target.string());
    });
  }
  const std::size_t mesh = config.size("stats.mesh");
  const auto particles = static_cast<double>(facts.in.particles);
  stats::Sizes sizes;
  sizes.mesh_n =
      mesh == 0 ? static_cast<std::size_t>(std::ceil(std::cbrt(particles) - 1e-9)) : mesh;
  sizes.box_size_mpch = facts.in.header.box_size_mpch;
  sizes.particles = particles;
  sizes.ranks = world.size();
  sizes.target = pair.has_target();
  sizes.mesh_bytes = stats::mesh_bytes(sizes.mesh_n, sizes.ranks);
  sizes.nu_mesh_bytes = stats::mesh_bytes(
      std::max(facts.in.nu_mesh_n, facts.target ? facts.target->nu_mesh_n : 0), sizes.ranks);
  return static_cast<std::uint64_t>(
      stats::predicted_bytes(sizes, facts.in.has_velocity ? 2 : 1, request.statistics));
}

/// Measures what `table` lacks of one pair and writes its file. Collective.
std::vector<stats::Failure> measure(const Run& run, const StatsPair& pair,
                                    const std::string& digest, io::TableFile& table) {
  const PairFacts facts = facts_of(run.world, pair);
  par::require_memory(run.world, needed_bytes(run.world, run.config, run.request, pair, facts),
                      "measuring " + pair.in.string());
  const stats::Tracers model =
      tracers_of_box(run.world, pair.in, facts.target ? &facts.target->header : nullptr);
  std::optional<stats::Tracers> target;
  if (facts.target) target = tracers_of_box(run.world, pair.target, &facts.in.header);
  stats::SharedMeshes shared(model, target ? &*target : nullptr, run.request.options.mesh_n,
                             run.request.options.assignment, pair.in.string(),
                             pair.target.string());
  table.attributes =
      stats::describe_run(model.header(), target ? &target->header() : nullptr, digest);
  table.attributes["model_file"] = pair.in.string();
  table.attributes["target_file"] = pair.target.string();
  write_digested_run_record(run.world, pair.out.parent_path(), run.config, run.digests);
  auto failures =
      stats::measure_all(shared, run.request.statistics, table, [&](const io::TableFile& so_far) {
        io::write_table_file(run.world, pair.partial(), so_far);
      });
  if (!table.group_attributes.empty()) io::write_table_file(run.world, pair.out, table);
  par::agree(run.world, [&] {
    if (run.world.is_root()) fs::remove(pair.partial());
  });
  return failures;
}

/// The statistics of one pair, from its file where they stand already. Collective.
io::TableFile statistics_of(const Run& run, const StatsPair& pair,
                            std::vector<stats::Failure>& failures) {
  const std::string digest = digest_text(run.digests, run.request.inputs_of(pair));
  io::TableFile table = earlier_table(run, pair, digest);
  if (is_complete(table, run.request.statistics) && path_exists(run.world, pair.out)) {
    log::info("{} holds all of this already (stats.resume = never measures anew)",
              pair.out.string());
    return table;
  }
  for (stats::Failure& failure : measure(run, pair, digest, table)) {
    failures.push_back(std::move(failure));
  }
  return table;
}

/// Speed of one core, microseconds per cell of the mesh and box: power, PDF and residuals together.
constexpr double usual_cell_us = 1;

/// --check and --dry-run. Collective.
void check_only(const par::Comm& world, const config::Config& config, const StatsRequest& request) {
  ResourceEstimate needs;
  for (const StatsPair& pair : request.pairs) {
    const PairFacts facts = facts_of(world, pair);
    needs.rank_bytes =
        std::max(needs.rank_bytes, needed_bytes(world, config, request, pair, facts));
    const auto cells = static_cast<double>(std::max(
        facts.in.particles, static_cast<std::uint64_t>(std::pow(config.size("stats.mesh"), 3))));
    needs.core_seconds += 1e-6 * usual_cell_us * cells * (pair.has_target() ? 2 : 1);
  }
  if (!config.dry_run()) return;
  needs.rank_bytes = resident_bytes_with(needs.rank_bytes);
  needs.basis = fmt::format("{} us per mesh cell and box", usual_cell_us);
  report_resources(world, needs);
}

}  // namespace

void stats(const par::Comm& world, const config::Config& config) {
  memory::release_freed_arrays();
  const StatsRequest request = par::agree(world, [&] { return stats_request(config); });
  // These are field files alone: one that is not is refused before the work, not at its end.
  for (const fs::path& path : request.independent) (void)io::FieldFile(world, path);
  if (config.check_only() || config.dry_run()) return check_only(world, config, request);
  const io::InputDigests digests = digest_boxes(world, request.inputs());
  const Run run{world, config, request, digests};
  std::vector<stats::Failure> failures;
  std::vector<io::TableFile> tables;
  for (const StatsPair& pair : request.pairs) {
    if (request.pairs.size() > 1) {
      log::info("realisation {} of {}: {}", tables.size() + 1, request.pairs.size(),
                pair.in.string());
    }
    tables.push_back(statistics_of(run, pair, failures));
  }
  log::info("most memory on a rank: {}",
            memory::text(world.all_reduce(memory::peak_rss_bytes(), par::Reduction::max)));
  if (tables.size() > 1) {
    io::TableFile ensemble = par::agree(world, [&] { return stats::combine(tables); });
    ensemble.attributes["inputs_checksum"] = digest_text(digests, request.inputs());
    io::write_table_file(world, request.out, ensemble);
  }
  const bool nothing = std::all_of(tables.begin(), tables.end(), [](const io::TableFile& table) {
    return table.group_attributes.empty();
  });
  stats::raise(failures, nothing ? "no statistic could be measured"
                                 : fmt::format("the others are in {}", request.out.string()));
}

}  // namespace nubox::app
