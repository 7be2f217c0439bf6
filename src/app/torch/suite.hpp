#pragma once

#include "nubox/config/config.hpp"
#include "nubox/par/comm.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

/// Many boxes and many masses in one job of `predict`.
namespace nubox::app {

/// One box to make of an input.
struct Wanted {
  double M_nu_eV = 0;
  std::filesystem::path out;
};

/// One input and what is made of it.
struct SuiteTask {
  std::filesystem::path in;
  std::vector<Wanted> wanted;
};

/// Inputs (lists and wildcards) times masses. A single box goes to predict.out itself; several go
/// to <predict.out>/<directory of the input, below what all inputs share>/mnu-<eV>.h5, with the
/// input's name in front unless that is mnu-0.000.h5; snapshots to mnu-<eV>/snap. Rank-local.
/// @throws UsageError (no input or mass, an input twice), InputError (nothing matches)
[[nodiscard]] std::vector<SuiteTask> suite_tasks(const config::Config& config);

/// How many boxes a task made and found finished.
struct TaskResult {
  std::int64_t made = 0;
  std::int64_t found = 0;
};

/// What a group of ranks does with a task; `next` is its next one, null after the last.
using SuiteWork = std::function<TaskResult(const SuiteTask& task, const SuiteTask* next)>;

/// Runs every task on one of the equal groups of ranks that `world` was split into; `work` is
/// collective on the group and throws errors that the group agreed on. A failed task does not stop
/// the others: all failures are reported at the end. SIGUSR1 or SIGTERM stop after the task at
/// hand; finished boxes stay. Collective.
/// @throws the error of the first failed task (agreed), once all tasks had their turn; an Error of
///         code `stopped` (agreed) after a signal
void run_suite(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               const SuiteWork& work);

/// Which group a rank belongs to: consecutive ranks, groups of equal size.
/// @throws UsageError if the ranks cannot be dealt evenly
[[nodiscard]] int group_of(const par::Comm& world, std::size_t groups);

}  // namespace nubox::app
