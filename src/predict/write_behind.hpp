#pragma once

#include "nubox/core/error.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/suite_runner.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace nubox::predict {

/// Numbers of boxes and failures of one group, equal on all its ranks.
class SuiteProgress {
 public:
  /// `warns`: log each failure when it occurs. `boxes`: all boxes of the group, for the log.
  SuiteProgress(const par::Comm& group, bool warns, std::size_t boxes)
      : group_(group), warns_(warns), boxes_(boxes) {}

  void box_made() { ++made_; }
  void box_found() { ++found_; }
  /// Several failures of a task count once.
  void task_failed(std::size_t task, const Error& error);
  /// A box of the task could not be written.
  void output_failed(std::size_t task, const Error& error);
  [[nodiscard]] bool any_output_failed() const { return output_failed_; }

  /// Boxes made, boxes found complete, failed tasks.
  [[nodiscard]] std::array<std::int64_t, 3> counts() const {
    return {made_, found_, static_cast<std::int64_t>(failed_tasks_.size())};
  }
  /// ", box 3 of 60, 19 min left" after a box was made; empty for a single box.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::optional<Error>& first_failure() const { return first_failure_; }

 private:
  par::Comm group_;
  bool warns_;
  std::size_t boxes_;
  Stopwatch watch_;
  bool output_failed_ = false;
  std::int64_t made_ = 0, found_ = 0;
  std::set<std::size_t> failed_tasks_;
  std::optional<Error> first_failure_;
};

/// Queue for one box whose publication is not finished: it waits for the disk.
class WriteBehind {
 public:
  explicit WriteBehind(SuiteProgress& progress) : progress_(&progress) {}

  /// Finishes the waiting box, if there is one, and adds the box of a task. Collective on the
  /// group.
  /// @throws errors without agreement
  void push(std::size_t task, PendingBox box);
  /// Finishes the waiting box, if there is one. An agreed failure is recorded for its task, not
  /// thrown. Collective on the group. @throws errors without agreement
  void finish();

 private:
  struct Waiting {
    std::size_t task;
    PendingBox box;
  };
  SuiteProgress* progress_;
  std::optional<Waiting> waiting_;
};

}  // namespace nubox::predict
