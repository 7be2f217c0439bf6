#pragma once

#include "nubox/core/error.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/suite_runner.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

namespace nubox::predict {

/// Boxes and failures of the tasks of one group, the same on all its ranks.
class SuiteProgress {
 public:
  /// `warns`: log each failure when it occurs.
  SuiteProgress(const par::Comm& group, bool warns) : group_(group), warns_(warns) {}

  void box_made() { ++made_; }
  void box_found() { ++found_; }
  /// Several failures of a task count once.
  void task_failed(std::size_t task, const Error& error);

  /// Boxes made, boxes found complete, failed tasks.
  [[nodiscard]] std::array<std::int64_t, 3> counts() const {
    return {made_, found_, static_cast<std::int64_t>(failed_tasks_.size())};
  }
  [[nodiscard]] const std::optional<Error>& first_failure() const { return first_failure_; }

 private:
  par::Comm group_;
  bool warns_;
  std::int64_t made_ = 0, found_ = 0;
  std::set<std::size_t> failed_tasks_;
  std::optional<Error> first_failure_;
};

/// Queue of one box that waits for the disk.
class WriteBehind {
 public:
  explicit WriteBehind(SuiteProgress& progress) : progress_(&progress) {}

  /// Adds a box of a task; the one before it is put in place. Collective on the group.
  /// @throws Error that the group did not agree on
  void push(std::size_t task, PendingBox box);
  /// Puts the waiting box in place, if there is one. A failure is noted for its task, not thrown.
  /// Collective on the group. @throws Error that the group did not agree on
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
