#include "nubox/stats/stats_run.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/phase.hpp"
#include "nubox/io/output_lock.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/stats/ensemble.hpp"
#include "nubox/stats/suite.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace nubox::stats {
namespace {

namespace fs = std::filesystem;

/// Arguments of run_stats.
struct Run {
  const par::Comm& comm;
  const StatsRequest& request;
  const io::InputDigests& digests;
  const std::function<void(const StatsPair& pair)>& record;
};

/// Measures the statistics of one pair that are missing in `table`, and writes its file.
/// Collective.
std::vector<Failure> measure(const Run& run, const StatsPair& pair, const std::string& digest,
                             io::TableFile& table) {
  const StatsOptions& options = run.request.options;
  const std::vector<Statistic>& statistics = run.request.statistics;
  const PairSummary summary = summarize_pair(run.comm, pair, run.request.plan.reader);
  par::require_memory(run.comm, required_bytes(run.comm, pair, summary, options.mesh_n, statistics),
                      "measuring " + pair.in.string());
  enter_phase("stats: read " + pair.in.string());
  const Tracers model =
      read_box_tracers(run.comm, pair.in, summary.target ? &summary.target->header : nullptr,
                       run.request.plan.reader);
  std::optional<Tracers> target;
  if (summary.target) {
    enter_phase("stats: read " + pair.target.string());
    target = read_box_tracers(run.comm, pair.target, &summary.in.header, run.request.plan.reader);
  }
  SharedMeshes shared(model, target ? &*target : nullptr, options.mesh_n, options.assignment,
                      pair.in.string(), pair.target.string());
  table.attributes = describe_run(model.header(), target ? &target->header() : nullptr, digest);
  table.attributes["model_file"] = pair.in.string();
  table.attributes["target_file"] = pair.target.string();
  run.record(pair);
  auto failures = measure_all(shared, statistics, table, [&](const io::TableFile& so_far) {
    io::write_table_file(run.comm, pair.partial(), so_far);
  });
  if (!table.group_attributes.empty()) io::write_table_file(run.comm, pair.out, table);
  par::agree(run.comm, [&] {
    if (run.comm.is_root()) fs::remove(pair.partial());
  });
  return failures;
}

/// The statistics of one pair; those in an existing file are kept. Collective.
io::TableFile statistics_of_pair(const Run& run, const StatsPair& pair,
                                 std::vector<Failure>& failures) {
  // Before the table is looked at: it also removes what a job left that was killed after
  // publishing.
  const auto lock = io::OutputLock::of_file(run.comm, pair.out);
  const std::string digest = digest_text(run.digests, run.request.plan.inputs_of(pair));
  io::TableFile table = run.request.resume
                            ? earlier_table(run.comm, pair, run.request.statistics, digest)
                            : empty_stats_table();
  if (has_all(table, run.request.statistics) &&
      par::root_decides(run.comm, [&] { return fs::exists(pair.out); })) {
    log::info("{} contains all statistics already (stats.resume = never measures them again)",
              pair.out.string());
    return table;
  }
  for (Failure& failure : measure(run, pair, digest, table)) {
    failures.push_back(std::move(failure));
  }
  return table;
}

}  // namespace

void run_stats(const par::Comm& comm, const StatsRequest& request, const io::InputDigests& digests,
               const std::function<void(const StatsPair& pair)>& record) {
  const Run run{comm, request, digests, record};
  const StatsPlan& plan = request.plan;
  std::vector<Failure> failures;
  std::vector<io::TableFile> tables;
  for (const StatsPair& pair : plan.pairs) {
    if (plan.pairs.size() > 1) {
      log::info("realisation {} of {}: {}", tables.size() + 1, plan.pairs.size(), pair.in.string());
    }
    tables.push_back(statistics_of_pair(run, pair, failures));
  }
  log::info("peak memory of a rank: {}",
            memory::text(comm.all_reduce(memory::peak_rss_bytes(), par::Reduction::max)));
  if (tables.size() > 1) {
    const auto lock = io::OutputLock::of_file(comm, plan.out);
    io::TableFile ensemble = par::agree(comm, [&] { return combine(tables); });
    ensemble.attributes["inputs_checksum"] = digest_text(digests, plan.inputs());
    io::write_table_file(comm, plan.out, ensemble);
  }
  const bool nothing = std::all_of(tables.begin(), tables.end(), [](const io::TableFile& table) {
    return table.group_attributes.empty();
  });
  raise(failures, nothing ? "no statistic could be measured"
                          : fmt::format("the others are in {}", plan.out.string()));
}

}  // namespace nubox::stats
