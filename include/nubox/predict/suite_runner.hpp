#pragma once

#include "nubox/io/output_lock.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/predict/suite_plan.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace nubox::predict {

/// A box that is written but not yet in place: its files appear under their names when the
/// publication is finished.
struct PendingBox {
  io::Publication publication;
  std::string account;                   ///< log line: name and seconds of each stage
  std::optional<io::OutputLock> lock{};  ///< of the box's name, until the box is in place
};

/// Makes one box of an open input, none if it is complete already.
///
/// @param next_input     file that is read after this box, to be fetched early; empty: none
/// @param input_is_read  to be called once the input is in memory: the box before this one is then
///                       put in place, so that its disk write overlaps with that reading
using PredictBox = std::function<std::optional<PendingBox>(
    const OutputRequest& wanted, const std::filesystem::path& next_input,
    const std::function<void()>& input_is_read)>;

/// Opens the input of a task; what it returns is called once for each wanted box, in their order.
using OpenTask = std::function<PredictBox(const SuiteTask& task)>;

/// Makes the boxes of all tasks. `world` is split into equal groups of ranks; each group takes
/// every (number of groups)-th task, and `open` and what it returns are collective on the group.
/// One box at a time may wait for the disk while the next one is read. A box counts as made once it
/// is in place; a box that another job is writing is a failure of its task; a failure to write it
/// belongs to its own task, even if the next one has begun. A failed task does not stop the others:
/// failures are logged at once and counted at the end. SIGUSR1 or SIGTERM stop after the current
/// task; finished boxes stay. Collective on `world`.
/// @throws the error of the first failed task (agreed) after all tasks; an Error of code `stopped`
///         (agreed) after a signal; at once what a group did not agree on
void run_suite(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               const OpenTask& open);

/// Calls `check` for every task as run_suite would, without making boxes. Collective on `world`.
/// @throws as run_suite
void check_suite(const par::Comm& world, const par::Comm& group,
                 const std::vector<SuiteTask>& tasks,
                 const std::function<void(const SuiteTask& task)>& check);

/// Index of the group that a rank belongs to: consecutive ranks, groups of equal size. Rank-local.
/// @throws UsageError if the number of groups does not divide the number of ranks
[[nodiscard]] int group_of(const par::Comm& world, std::size_t groups);

}  // namespace nubox::predict
