#pragma once

#include "nubox/io/table_file.hpp"
#include "nubox/stats/shared_meshes.hpp"
#include "nubox/stats/stats_options.hpp"

#include <functional>
#include <string>
#include <vector>

/// How to add a statistic, in three steps: 1. `measure_<name>(modes, options)` and a struct of
///   options in a separate header and source:
///      the estimator, which uses no files and is tested with analytic fields. 2. The options as a
///   member of StatsOptions, and `<name>_statistic(const StatsOptions&)` in
///      `src/stats/<name>_statistic.cpp`: it checks them (UsageError) and returns
///      a Statistic whose `measure` takes modes from SharedMeshes, calls the estimator for every
///      side, and adds its group to the table through TableGroup (src/stats/table_group.hpp).
///   3. One line in the registry (src/stats/registry.cpp, in running order), its options in
///      src/config/options_measure.cpp and the code that fills the struct in
///      src/app/options/stats.cpp.
namespace nubox::stats {

/// One statistic with its settings, ready to run.
struct Statistic {
  std::string name;  ///< name in the registry, and group of the file with its results
  std::string settings_checksum = {};  ///< StatsOptions::settings_checksums; set by statistics_of
  bool needs_target = false;           ///< omitted in a run without a target
  /// Peak memory per rank, bytes, beyond the shared particles and modes.
  std::function<double(const Sizes&)> work_bytes;
  /// Minimum number of transforms of the mesh of the run for all fields, in addition to the shared
  /// forward ones; smaller meshes count in proportion. A lower bound of the time.
  std::function<double(const Sizes&)> transforms = {};
  /// Adds the group `name` (and groups and arrays below it only). Collective. An agreed error
  /// (par::agree) ends only this statistic, any other error the run.
  std::function<void(SharedMeshes&, io::TableFile&)> measure;
};

/// Names of all statistics, in the order in which they run.
[[nodiscard]] std::vector<std::string> statistic_names();

/// The statistics that `options` name, in running order, without those that need a missing target.
/// Rank-local.
/// @throws UsageError for invalid settings of one of them, or if nothing is left to measure
[[nodiscard]] std::vector<Statistic> statistics_of(const StatsOptions& options);

/// Mass assignment for its name in files: ngp, cic, tsc, pcs. @throws InternalError for another
/// name
[[nodiscard]] field::Assignment assignment_of(const std::string& name);
[[nodiscard]] std::string name_of(field::Assignment assignment);

}  // namespace nubox::stats
