#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/stats/shared_meshes.hpp"
#include "nubox/stats/stats_options.hpp"

#include <functional>
#include <string>
#include <vector>

/// How a statistic joins the suite, in three steps:
///   1. `measure_<name>(modes, options)` and a struct of options in a header and source of its own:
///      the estimator, free of files, tested against analytic fields.
///   2. The options as a member of StatsOptions, and `<name>_statistic(const StatsOptions&)` in
///      `src/stats/<name>_statistic.cpp`: it checks them (UsageError) and returns
///      a Statistic whose `measure` takes modes from SharedMeshes, calls the estimator for every
///      side, and adds its group to the table through TableGroup (src/stats/table_group.hpp).
///   3. One line in the registry (src/stats/registry.cpp, in running order), its options in
///      src/config/options_measure.cpp and their way into the struct in src/app/options/stats.cpp.
namespace nubox::stats {

/// One statistic with its settings, ready to run.
struct Statistic {
  std::string name;  ///< in the registry; the group of the file that holds its results
  std::string settings_checksum = {};  ///< StatsOptions::settings_checksums; set by statistics_of
  bool needs_target = false;           ///< left out of a run without a target
  /// Peak memory per rank, bytes, beyond the shared particles and modes.
  std::function<double(const Sizes&)> work_bytes;
  /// Least number of transforms of the run's mesh that the estimator needs, all fields together,
  /// beyond the shared forward ones; smaller meshes count in proportion. A lower bound of its time.
  std::function<double(const Sizes&)> transforms = {};
  /// Adds the group `name` (and groups and arrays below it only). Collective.
  /// An error on which the ranks agree (par::agree) ends this statistic alone; any other, the run.
  std::function<void(SharedMeshes&, io::TableFile&)> measure;
};

/// Names of all statistics, in the order in which they run.
[[nodiscard]] std::vector<std::string> statistic_names();

/// The statistics that `options` name, in running order; without a target, those that need one are
/// left out. Rank-local.
/// @throws UsageError for invalid settings of one of them, or if nothing is left to measure
[[nodiscard]] std::vector<Statistic> statistics_of(const StatsOptions& options);

/// Mass assignments by their names in files: ngp, cic, tsc, pcs. @throws InternalError for another
[[nodiscard]] field::Assignment assignment_of(const std::string& name);
[[nodiscard]] std::string name_of(field::Assignment assignment);

}  // namespace nubox::stats
