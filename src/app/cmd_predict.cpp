#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/predict/predictor.hpp"
#include "nubox/predict/suite_cost.hpp"
#include "nubox/predict/suite_runner.hpp"

#include "app/commands.hpp"
#include "app/options/cosmology.hpp"
#include "app/options/predict.hpp"
#include "app/report_cost.hpp"
#include "app/run_record.hpp"

#include <filesystem>
#include <optional>

namespace nubox::app {

void predict(const par::Comm& world, const config::Config& config) {
  // 1. The boxes to predict, and the groups of ranks that work on them.
  const auto suite = par::agree(world, [&] { return suite_options(config); });
  const auto tasks = par::agree(world, [&] { return predict::suite_tasks(suite); });
  const std::size_t groups = config.size("predict.groups");
  const int color = par::agree(world, [&] { return predict::group_of(world, groups); });
  const par::Comm group = world.split(color, world.rank());

  // 2. Linear tables, prior and network.
  const auto options = par::agree(world, [&] { return predictor_options(config); });
  const predict::Predictor predictor(group, load_tables(group, config), options);

  // 3. --check and --dry-run end here.
  if (config.dry_run()) {
    report_cost(world, predict::suite_cost(world, group, tasks, predictor));
    return;
  }
  if (config.check_only()) {
    predict::check_predictions(world, group, tasks, predictor);
    return;
  }
  const std::uint64_t bytes = predict::check_resources(world, group, tasks, predictor);

  // 4. Memory, and the record of the run. Inputs are identified by the checksums in the headers of
  //    their boxes, so that a suite is not read twice. A run without valid inputs leaves no record.
  std::optional<log::GroupScope> group_log;
  if (groups > 1 && group.is_root()) {
    group_log.emplace(fmt::format("group {} of {}", color + 1, groups));
  }
  if (bytes > 0) {
    par::require_memory(world, bytes, "the largest of these predictions");
    write_run_record(world, predict::record_directory(suite), config, {});
  }

  // 5. Prediction.
  predict::run_suite(world, group, tasks,
                     [&](const predict::SuiteTask& task) { return predictor.open(task); });
  group_log.reset();
  const std::uint64_t peak = world.all_reduce(memory::peak_rss_bytes(), par::Reduction::max);
  if (world.is_root()) log::info("peak memory of a rank: {}", memory::text(peak));
}

}  // namespace nubox::app
