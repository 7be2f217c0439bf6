#include "nubox/predict/suite_cost.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/field/box.hpp"
#include "nubox/predict/suite_runner.hpp"

#include <algorithm>

namespace nubox::predict {
namespace {

/// Time of a prior on one core, microseconds per particle: the few force evaluations of a rewind.
constexpr double prior_us = 3;

void log_memory(const SuiteTask& task, const MemoryEstimate& estimate) {
  log::info(
      "dry run: {}: beyond {} of the program: read {}, features {}, prior {}, halo {}, network {}, "
      "output {}",
      task.in.string(), memory::text(memory::rss_bytes()), memory::text(estimate.read_bytes),
      memory::text(estimate.features_bytes), memory::text(estimate.prior_bytes),
      memory::text(estimate.halo_bytes), memory::text(estimate.network_bytes),
      memory::text(estimate.output_bytes));
}

}  // namespace

RunCost suite_cost(const par::Comm& world, const par::Comm& group,
                   const std::vector<SuiteTask>& tasks, const Predictor& predictor) {
  RunCost cost;
  check_suite(world, group, tasks, [&](const SuiteTask& task) {
    const TaskResources found = predictor.resources(task);
    log_memory(task, found.memory);
    const auto boxes = static_cast<double>(task.requests.size()), n = static_cast<double>(found.n);
    cost.rank_bytes = std::max(cost.rank_bytes, found.memory.peak_bytes());
    cost.core_seconds +=
        boxes * (1e-6 * prior_us * (n * n * n) + found.network_flop / net::core_flop_per_s);
    cost.file_bytes += boxes * field::box_bytes(found.n);
  });
  // Each group has counted its own tasks; one rank of each contributes to the sum.
  const double share = group.is_root() ? 1 : 0;
  cost.core_seconds = world.all_reduce(share * cost.core_seconds);
  cost.file_bytes = world.all_reduce(share * cost.file_bytes);
  cost.speed =
      fmt::format("{} us per particle and {:.0f} GFLOP/s", prior_us, 1e-9 * net::core_flop_per_s);
  return cost;
}

}  // namespace nubox::predict
