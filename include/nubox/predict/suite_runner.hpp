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

/// A box whose files have been written under temporary names. They appear under their names when
/// the publication is finished.
struct PendingBox {
  io::Publication publication;
  std::string summary;                   ///< log line: name and seconds of each stage
  std::optional<io::OutputLock> lock{};  ///< of the output, until its files have their names
};

/// Predicts one box from an open input; none if its output is complete already.
///
/// @param next_input     file that is read after this box, for reading ahead; empty: none
/// @param input_is_read  to be called once the input is in memory. It finishes the publication of
/// the
///                       previous box, whose write to disk thus overlaps with the reading
using PredictBox = std::function<std::optional<PendingBox>(
    const OutputRequest& request, const std::filesystem::path& next_input,
    const std::function<void()>& input_is_read)>;

/// Opens the input of a task. The result is called once for each requested box, in their order.
using OpenTask = std::function<PredictBox(const SuiteTask& task)>;

/// Predicts the boxes of all tasks. `world` is split into equal groups of ranks; of G groups, group
/// g does tasks g, g + G, ... `open` and its result are collective on the group. One box at a time
/// may wait for the disk while the next input is read. A box counts as made once its files have
/// their names. A failure to write it counts for its own task, even if the next one has begun. A
/// task fails if another job is writing its box. A task whose input fails does not stop the others:
/// failures are logged at once and counted at the end. After a box that cannot be written, no new
/// task of the group begins. SIGUSR1 or SIGTERM stop the run after the current
/// task; finished boxes stay. Collective on `world`.
/// @throws the error of the first failed task (agreed) after all tasks; an Error of code `stopped`
///         (agreed) after a signal; errors without agreement at once
void run_suite(const par::Comm& world, const par::Comm& group, const std::vector<SuiteTask>& tasks,
               const OpenTask& open);

/// Calls `check` for every task in place of predicting its boxes. Collective on `world`.
/// @throws as run_suite
void check_suite(const par::Comm& world, const par::Comm& group,
                 const std::vector<SuiteTask>& tasks,
                 const std::function<void(const SuiteTask& task)>& check);

/// Index of the group that a rank belongs to: consecutive ranks, groups of equal size. Rank-local.
/// @throws UsageError if the number of groups does not divide the number of ranks
[[nodiscard]] int group_of(const par::Comm& world, std::size_t groups);

}  // namespace nubox::predict
