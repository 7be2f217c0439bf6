#pragma once

#include "nubox/io/digest.hpp"
#include "nubox/stats/stats_options.hpp"
#include "nubox/stats/stats_plan.hpp"

#include <functional>
#include <vector>

namespace nubox::stats {

/// Boxes, options and statistics of a run.
struct StatsRequest {
  StatsPlan plan;
  StatsOptions options;
  std::vector<Statistic> statistics;  ///< statistics_of(options)
  bool resume = true;  ///< keep statistics that the files contain for the same inputs and settings
};

/// Measures all pairs of a request and writes their files and that of the ensemble.
///
/// @param digests  of all inputs of the plan
/// @param record   called before the file of a pair is written, for the record of the run
/// Collective; `record` is called on all ranks.
/// @throws InputError, FileSystemError (agreed); at the end the error of the failed statistic with
///         the highest exit code (agreed): failures do not stop the other statistics
void run_stats(const par::Comm& comm, const StatsRequest& request, const io::InputDigests& digests,
               const std::function<void(const StatsPair& pair)>& record);

}  // namespace nubox::stats
