#include "nubox/predict/suite_runner.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/signals.hpp"

#include "predict/write_behind.hpp"

#include <array>
#include <span>

namespace nubox::predict {
namespace {

/// Work on one task; `next` is the next one of the same group, null after the last.
using TaskWork = std::function<void(std::size_t index, const SuiteTask* next)>;

std::size_t boxes_of_group(const par::Comm& world, const par::Comm& group,
                           const std::vector<SuiteTask>& tasks) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  std::size_t boxes = 0;
  for (auto i = static_cast<std::size_t>(world.rank() / group.size()); i < tasks.size();
       i += groups) {
    boxes += tasks[i].requests.size();
  }
  return boxes;
}

/// Collective on `world`. @throws the failure of the suite (agreed)
void report(const par::Comm& world, const par::Comm& group, const SuiteProgress& progress,
            std::size_t task_count, double seconds) {
  // All ranks of a group hold the same counts.
  std::array<std::int64_t, 3> counts{};
  if (group.is_root()) counts = progress.counts();
  world.all_reduce(std::span<std::int64_t>(counts));
  const auto [made, found, failed] = counts;
  if (task_count > 1 && world.is_root()) {
    log::info("{} boxes made ({:.3g} per hour), {} found complete, {} of {} inputs failed", made,
              static_cast<double>(made) / (seconds / 3600), found, failed, task_count);
  }
}

/// Runs the tasks of this group one after the other. Collective on `world`.
void run_tasks(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               SuiteProgress& progress, WriteBehind& queue, const TaskWork& work) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  const auto own_group = static_cast<std::size_t>(world.rank() / group.size());
  const par::StopSignals signals;
  const Stopwatch watch;
  std::optional<Error> stopped;
  for (std::size_t i = own_group; i < tasks.size(); i += groups) {
    const SuiteTask* next = i + groups < tasks.size() ? &tasks[i + groups] : nullptr;
    try {
      work(i, next);
    } catch (const OutputError& error) {
      progress.output_failed(i, error);
    } catch (const Error& error) {
      // After an error without agreement the ranks of a group may be in different places: it ends
      // the job.
      if (!error.agreed()) throw;
      progress.task_failed(i, error);
    }
    if (progress.any_output_failed()) {
      log::warn_together("the suite ends here: the next boxes could not be written either");
      break;
    }
    if (next != nullptr && group.all_reduce(signals.raised() ? 1 : 0, par::Reduction::max)) {
      stopped =
          Error(ExitCode::stopped,
                "stopped by a signal between two inputs; run the same command again to continue");
      break;
    }
  }
  queue.finish();
  report(world, group, progress, tasks.size(), watch.seconds());
  par::agree_on(world, stopped ? stopped : progress.first_failure());
}

}  // namespace

int group_of(const par::Comm& world, std::size_t groups) {
  const auto ranks = static_cast<std::size_t>(world.size());
  if (groups == 0 || ranks % groups != 0) {
    throw UsageError("predict.groups = {} does not divide {} ranks", groups, ranks);
  }
  return static_cast<int>(static_cast<std::size_t>(world.rank()) / (ranks / groups));
}

void run_suite(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               const OpenTask& open) {
  SuiteProgress progress(group, tasks.size() > 1, boxes_of_group(world, group, tasks));
  WriteBehind queue(progress);
  run_tasks(world, group, tasks, progress, queue, [&](std::size_t index, const SuiteTask* next) {
    const SuiteTask& task = tasks[index];
    const PredictBox predict = open(task);
    for (const OutputRequest& request : task.requests) {
      const bool last = &request == &task.requests.back();
      const std::filesystem::path after_last = next != nullptr ? next->in : std::filesystem::path();
      auto lock = io::OutputLock::of_file(group, request.out);
      std::optional<PendingBox> box =
          predict(request, last ? after_last : task.in, [&] { queue.finish(); });
      if (box) {
        box->lock.emplace(std::move(lock));
        queue.push(index, std::move(*box));
      } else {
        progress.box_found();
      }
    }
  });
}

void check_suite(const par::Comm& world, const par::Comm& group,
                 const std::vector<SuiteTask>& tasks,
                 const std::function<void(const SuiteTask& task)>& check) {
  SuiteProgress progress(group, tasks.size() > 1, 0);
  WriteBehind queue(progress);
  run_tasks(world, group, tasks, progress, queue,
            [&](std::size_t index, const SuiteTask*) { check(tasks[index]); });
}

}  // namespace nubox::predict
