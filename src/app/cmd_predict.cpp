#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/predict/predictor.hpp"
#include "nubox/predict/suite_runner.hpp"

#include "app/commands.hpp"
#include "app/options/predict.hpp"
#include "app/resources.hpp"
#include "app/run_record.hpp"
#include "app/setup.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

/// Time of a prior on one core, microseconds per particle: a few forces of the rewind.
constexpr double usual_prior_us = 3;

/// Checks one task, and adds what a dry run reports of it. Collective on the group.
void add_resources(const predict::Predictor& predictor, const predict::SuiteTask& task,
                   ResourceEstimate& total) {
  const predict::TaskResources found = predictor.resources(task);
  const predict::MemoryEstimate& memory = found.memory;
  log::info(
      "dry run: {}: beyond {} of the program: read {}, features {}, prior {}, halo {}, network {}, "
      "output {}",
      task.in.string(), memory::text(memory::rss_bytes()), memory::text(memory.read_bytes),
      memory::text(memory.features_bytes), memory::text(memory.prior_bytes),
      memory::text(memory.halo_bytes), memory::text(memory.network_bytes),
      memory::text(memory.output_bytes));
  const auto boxes = static_cast<double>(task.wanted.size()), edge = static_cast<double>(found.n);
  total.rank_bytes = std::max(total.rank_bytes, memory.peak_bytes());
  total.core_seconds += boxes * (1e-6 * usual_prior_us * (edge * edge * edge) +
                                 found.network_flop / usual_network_flops);
  total.file_bytes += boxes * field_file_bytes(edge);
}

/// Collective.
void report_suite(const par::Comm& world, const par::Comm& group, ResourceEstimate total) {
  const double share = group.is_root() ? 1 : 0;
  total.rank_bytes += memory::rss_bytes();
  total.core_seconds = world.all_reduce(share * total.core_seconds);
  total.file_bytes = world.all_reduce(share * total.file_bytes);
  total.basis = fmt::format("{} us per particle and {:.0f} GFLOP/s", usual_prior_us,
                            1e-9 * usual_network_flops);
  report_resources(world, total);
}

}  // namespace

void predict(const par::Comm& world, const config::Config& config) {
  // 1. The boxes to make, and the groups of ranks that share them.
  const auto tasks = par::agree(world, [&] { return predict::suite_tasks(suite_options(config)); });
  const std::size_t groups = config.size("predict.groups");
  const int color = par::agree(world, [&] { return predict::group_of(world, groups); });
  const par::Comm group = world.split(color, world.rank());

  // 2. Linear tables, prior and network.
  const auto options = par::agree(world, [&] { return predictor_options(config); });
  const predict::Predictor predictor(group, load_tables(group, config), options);

  // 3. Memory and outputs are checked before any work; --check and --dry-run end here.
  const std::uint64_t bytes = predict::check_resources(world, group, tasks, predictor);
  if (config.check_only() || config.dry_run()) {
    ResourceEstimate total;
    predict::check_suite(world, group, tasks, [&](const predict::SuiteTask& task) {
      if (config.dry_run()) {
        add_resources(predictor, task, total);
      } else {
        (void)predictor.resources(task);
      }
    });
    if (config.dry_run()) report_suite(world, group, total);
    return;
  }

  // 4. The record of the run. Inputs are identified by the checksums that their boxes
  //    carry, so that a suite is not read twice. A run without any valid input leaves no record.
  std::optional<log::GroupScope> group_log;
  if (groups > 1 && group.is_root()) {
    group_log.emplace(fmt::format("group {} of {}", color + 1, groups));
  }
  const bool single = tasks.size() == 1 && tasks.front().wanted.size() == 1;
  const std::filesystem::path out = config.text("predict.out");
  if (bytes > 0) {
    par::require_memory(world, bytes, "the largest of these predictions");
    write_run_record(world, single ? out.parent_path() : out, config, {});
  }

  // 5. The boxes.
  predict::run_suite(world, group, tasks,
                     [&](const predict::SuiteTask& task) { return predictor.open(task); });
  group_log.reset();
  const std::uint64_t peak = world.all_reduce(memory::peak_rss_bytes(), par::Reduction::max);
  if (world.is_root()) log::info("most memory on a rank: {}", memory::text(peak));
}

}  // namespace nubox::app
