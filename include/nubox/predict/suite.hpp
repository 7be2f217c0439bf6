#pragma once

#include "nubox/core/error.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

/// Many boxes and many masses in one job.
namespace nubox::predict {

/// One box to make of an input.
struct OutputRequest {
  double M_nu_eV = 0;
  std::filesystem::path out;
};

/// One input and what is made of it.
struct SuiteTask {
  std::filesystem::path in;
  std::vector<OutputRequest> wanted;
};

/// What became of the boxes of one group's tasks. A box counts as made once its files stand, and
/// what the disk refuses is a failure of the task that the box belongs to, even if another has its
/// turn meanwhile.
class SuiteProgress {
 public:
  /// `warns`: failures are told at once (their number is told, and the first thrown, at the end).
  SuiteProgress(const par::Comm& group, bool warns) : group_(group), warns_(warns) {}

  /// A task has its turn.
  void begin(std::size_t task) { task_ = task; }
  /// A box of it was there already.
  void found() { ++found_; }
  /// A box of it is written; it appears by settle(), or when the next one is written. `account` is
  /// logged when it stands, with the seconds that the disk was waited for. Collective on the group.
  void written(io::Publication box, std::string account);
  /// Has the box written last appear. A failure is noted, not thrown. Collective on the group.
  /// @throws Error that the group did not agree on
  void settle();
  /// The task at hand ended in an error.
  void failed(const Error& error) { note_failure(task_, error); }

  [[nodiscard]] std::int64_t made_count() const { return made_; }
  [[nodiscard]] std::int64_t found_count() const { return found_; }
  [[nodiscard]] std::int64_t failure_count() const {
    return static_cast<std::int64_t>(failed_tasks_.size());
  }
  [[nodiscard]] const std::optional<Error>& first_failure() const { return first_failure_; }

 private:
  struct Written {
    std::size_t task;
    io::Publication box;
    std::string account;
  };
  void note_failure(std::size_t task, const Error& error);

  par::Comm group_;
  bool warns_;
  std::size_t task_ = 0;
  std::optional<Written> last_;
  std::int64_t made_ = 0, found_ = 0;
  std::set<std::size_t> failed_tasks_;
  std::optional<Error> first_failure_;
};

/// What a group of ranks does with a task; `next` is its next one, null after the last.
using SuiteWork =
    std::function<void(const SuiteTask& task, const SuiteTask* next, SuiteProgress& progress)>;

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

}  // namespace nubox::predict
