#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"

#include "app/commands.hpp"
#include "app/torch/predictor.hpp"
#include "app/torch/suite.hpp"

#include <filesystem>

namespace nubox::app {
namespace {

void report_needs(const par::Comm& group, const SuiteTask& task) {
  const double n = static_cast<double>(io::FieldFile(group, task.in).header().n);
  log::info("dry run: about {:.2f} GiB per rank for fields and meshes",
            n * n * n / group.size() * 4 * 40 / (1 << 30));
}

/// True if some group has an input that it can work on: a run that can make nothing leaves nothing.
/// The failures come to light again, and are reported, when the inputs have their turn. Collective.
bool any_possible(const par::Comm& world, const par::Comm& group,
                  const std::vector<SuiteTask>& tasks, const Predictor& predictor) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  bool possible = false;
  for (auto i = static_cast<std::size_t>(world.rank() / group.size());
       i < tasks.size() && !possible; i += groups) {
    try {
      predictor.require_possible(tasks[i]);
      possible = true;
    } catch (const Error& error) {
      if (!error.agreed()) throw;
    }
  }
  return world.all_reduce(possible ? 1 : 0, par::Reduction::max) == 1;
}

}  // namespace

void predict(const par::Comm& world, const config::Config& config) {
  namespace fs = std::filesystem;
  const std::size_t groups = config.size("predict.groups");
  const std::vector<SuiteTask> tasks = par::agree(world, [&] { return suite_tasks(config); });
  const int color = par::agree(world, [&] { return group_of(world, groups); });
  const par::Comm group = world.split(color, world.rank());
  const Predictor predictor(group, config);
  if (config.check_only() || config.dry_run()) {
    run_suite(world, group, tasks, [&](const SuiteTask& task) {
      predictor.require_possible(task);
      if (config.dry_run()) report_needs(group, task);
      return TaskResult{};
    });
    return;
  }
  const bool one = tasks.size() == 1 && tasks.front().wanted.size() == 1;
  const fs::path out = config.text("predict.out");
  // Inputs are known by the checksums that their boxes carry: a suite is not read twice.
  if (any_possible(world, group, tasks, predictor)) {
    io::write_run_record(world, one ? out.parent_path() : out, config, {});
  }
  run_suite(world, group, tasks, [&](const SuiteTask& task) { return predictor.run(task); });
}

}  // namespace nubox::app
