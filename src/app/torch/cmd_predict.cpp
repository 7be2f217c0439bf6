#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory.hpp"

#include "app/commands.hpp"
#include "app/resources.hpp"
#include "app/run_record.hpp"
#include "app/torch/predictor.hpp"
#include "app/torch/suite.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

/// Speed of one core in the priors, microseconds per particle: a few forces of the rewind.
constexpr double usual_prior_us = 3;

/// Where the memory of a box goes.
void report_memory(const predict::SuiteTask& task, const predict::MemoryEstimate& needs) {
  log::info(
      "dry run: {}: beyond {} of the program: read {}, features {}, prior {}, halo {}, network {}, "
      "output {}",
      task.in.string(), memory::text(memory::rss_bytes()), memory::text(needs.read_bytes),
      memory::text(needs.features_bytes), memory::text(needs.prior_bytes),
      memory::text(needs.halo_bytes), memory::text(needs.network_bytes),
      memory::text(needs.output_bytes));
}

/// What a task of a dry run adds to the needs of its group. Collective on the group.
void add_needs(const par::Comm& group, const predict::SuiteTask& task, const Predictor& predictor,
               ResourceEstimate& needs) {
  const predict::MemoryEstimate memory = predictor.needs(task);
  report_memory(task, memory);
  const std::size_t n = io::FieldFile(group, task.in).header().n;
  const auto boxes = static_cast<double>(task.wanted.size()), edge = static_cast<double>(n);
  const double particles = edge * edge * edge;
  needs.rank_bytes = std::max(needs.rank_bytes, memory.peak_bytes());
  needs.core_seconds +=
      boxes * (1e-6 * usual_prior_us * particles + predictor.network_flop(n) / usual_network_flops);
  needs.file_bytes += boxes * field_file_bytes(edge);
}

/// Collective.
void report_suite_needs(const par::Comm& world, const par::Comm& group, ResourceEstimate needs) {
  const double share = group.is_root() ? 1 : 0;
  needs.rank_bytes += memory::rss_bytes();
  needs.core_seconds = world.all_reduce(share * needs.core_seconds);
  needs.file_bytes = world.all_reduce(share * needs.file_bytes);
  needs.basis = fmt::format("{} us per particle and {:.0f} GFLOP/s", usual_prior_us,
                            1e-9 * usual_network_flops);
  report_resources(world, needs);
}

/// Most bytes that this rank will hold for one of its group's inputs; zero if no group has an input
/// that it can work on: a run that can make nothing leaves nothing. Failures come to light again,
/// and are reported, when the inputs have their turn. Collective.
std::uint64_t needed_bytes(const par::Comm& world, const par::Comm& group,
                           const std::vector<predict::SuiteTask>& tasks,
                           const Predictor& predictor) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  std::uint64_t most = 0;
  for (auto i = static_cast<std::size_t>(world.rank() / group.size()); i < tasks.size();
       i += groups) {
    log::beat();
    try {
      most = std::max(most, predictor.needs(tasks[i]).peak_bytes());
    } catch (const Error& error) {
      if (!error.agreed()) throw;
    }
  }
  return world.all_reduce(most, par::Reduction::max);
}

}  // namespace

void predict(const par::Comm& world, const config::Config& config) {
  namespace fs = std::filesystem;
  const std::size_t groups = config.size("predict.groups");
  const std::vector<predict::SuiteTask> tasks =
      par::agree(world, [&] { return suite_tasks(config); });
  const int color = par::agree(world, [&] { return predict::group_of(world, groups); });
  const par::Comm group = world.split(color, world.rank());
  const Predictor predictor(group, config);
  if (config.check_only() || config.dry_run()) {
    ResourceEstimate needs;
    predict::run_suite(
        world, group, tasks,
        [&](const predict::SuiteTask& task, const predict::SuiteTask*, predict::SuiteProgress&) {
          if (config.dry_run()) {
            add_needs(group, task, predictor, needs);
          } else {
            (void)predictor.needs(task);
          }
        });
    if (config.dry_run()) report_suite_needs(world, group, needs);
    return;
  }
  std::optional<log::GroupScope> speaker;
  if (groups > 1 && group.is_root()) {
    speaker.emplace(fmt::format("group {} of {}", color + 1, groups));
  }
  const bool one = tasks.size() == 1 && tasks.front().wanted.size() == 1;
  const fs::path out = config.text("predict.out");
  // Inputs are known by the checksums that their boxes carry: a suite is not read twice.
  if (const std::uint64_t bytes = needed_bytes(world, group, tasks, predictor); bytes > 0) {
    par::require_memory(world, bytes, "the largest of these predictions");
    write_run_record(world, one ? out.parent_path() : out, config, {});
  }
  predict::run_suite(
      world, group, tasks,
      [&](const predict::SuiteTask& task, const predict::SuiteTask* next,
          predict::SuiteProgress& progress) { predictor.run(task, next, progress); });
  speaker.reset();
  const std::uint64_t peak = world.all_reduce(memory::peak_rss_bytes(), par::Reduction::max);
  if (world.is_root()) log::info("most memory on a rank: {}", memory::text(peak));
}

}  // namespace nubox::app
