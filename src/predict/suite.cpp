#include "nubox/predict/suite.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/signals.hpp"

#include <array>
#include <utility>

namespace nubox::predict {

void SuiteProgress::written(io::Publication box, std::string account) {
  settle();
  last_.emplace(Written{task_, std::move(box), std::move(account)});
}

void SuiteProgress::settle() {
  if (!last_) return;
  Written last = std::move(*last_);
  last_.reset();
  try {
    const Stopwatch watch;
    last.box.finish();
    ++made_;
    log::info("{}, disk {:.1f} s", last.account, watch.seconds());
  } catch (const Error& error) {
    if (!error.agreed()) throw;
    note_failure(last.task, error);
  }
}

void SuiteProgress::note_failure(std::size_t task, const Error& error) {
  if (warns_ && group_.is_root()) log::warn("failed: {}", error.what());
  if (!first_failure_) first_failure_ = error;
  failed_tasks_.insert(task);
}

int group_of(const par::Comm& world, std::size_t groups) {
  const auto ranks = static_cast<std::size_t>(world.size());
  if (groups == 0 || ranks % groups != 0) {
    throw UsageError("predict.groups = {} does not divide {} ranks", groups, ranks);
  }
  return static_cast<int>(static_cast<std::size_t>(world.rank()) / (ranks / groups));
}

void run_suite(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               const SuiteWork& work) {
  const auto groups = static_cast<std::size_t>(world.size() / group.size());
  const auto own_group = static_cast<std::size_t>(world.rank() / group.size());
  const par::StopSignals signals;
  const Stopwatch watch;
  SuiteProgress progress(group, tasks.size() > 1);
  std::optional<Error> stopped;
  for (std::size_t i = own_group; i < tasks.size(); i += groups) {
    const SuiteTask* next = i + groups < tasks.size() ? &tasks[i + groups] : nullptr;
    progress.begin(i);
    try {
      work(tasks[i], next, progress);
    } catch (const Error& error) {
      // What a group did not agree on may leave its ranks in different places: that ends the job.
      if (!error.agreed()) throw;
      progress.failed(error);
    }
    if (next != nullptr && group.all_reduce(signals.raised() ? 1 : 0, par::Reduction::max)) {
      stopped = Error(ExitCode::stopped,
                      "stopped by a signal between two inputs; the same command goes on");
      break;
    }
  }
  progress.settle();
  // Every rank of a group counted the same.
  std::array<std::int64_t, 3> counts{};
  if (group.is_root()) {
    counts = {progress.made_count(), progress.found_count(), progress.failure_count()};
  }
  world.all_reduce(std::span<std::int64_t>(counts));
  const double hours = watch.seconds() / 3600;
  if (tasks.size() > 1 && world.is_root()) {
    log::info("{} boxes made ({:.3g} per hour), {} found finished, {} of {} inputs failed",
              counts[0], static_cast<double>(counts[0]) / hours, counts[1], counts[2],
              tasks.size());
  }
  par::agree_on(world, stopped ? stopped : progress.first_failure());
}

}  // namespace nubox::predict
