#pragma once

#include "nubox/config/config.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/stats/statistic.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace nubox::app {

/// One box, or one pair of boxes, with the file of its statistics.
struct StatsPair {
  std::filesystem::path in, target, out;  ///< target may be empty

  [[nodiscard]] bool has_target() const { return !target.empty(); }
  /// Groups finished so far, kept for the next start of a run that was cut off.
  [[nodiscard]] std::filesystem::path partial() const { return out.string() + ".partial"; }
};

/// What the options of `nubox stats` ask for.
struct StatsRequest {
  std::vector<StatsPair> pairs;  ///< realisations; more than one make an ensemble
  std::vector<std::filesystem::path> independent;
  std::filesystem::path out;  ///< of the only pair, or of the ensemble
  stats::StatsOptions options;
  std::vector<stats::Statistic> statistics;

  [[nodiscard]] std::vector<std::filesystem::path> inputs() const;
  /// The same of one pair alone.
  [[nodiscard]] std::vector<std::filesystem::path> inputs_of(const StatsPair& pair) const;
};

/// Names in stats.in and stats.target may have wildcards; in order, they make pairs. The files of
/// realisations are <stem>-1.h5, <stem>-2.h5, ... beside the ensemble's <stem>.h5. Rank-local.
/// @throws UsageError (lists of different lengths), InputError (nothing matches)
[[nodiscard]] StatsRequest stats_request(const config::Config& config);

/// One text for the contents of some inputs, in order.
[[nodiscard]] std::string digest_text(const io::InputDigests& digests,
                                      const std::vector<std::filesystem::path>& inputs);

}  // namespace nubox::app
