#pragma once

#include "nubox/config/config.hpp"
#include "nubox/io/table_file.hpp"
#include "nubox/stats/shared_meshes.hpp"

#include <functional>
#include <string>
#include <vector>

/// How a statistic joins the suite, in three steps:
///   1. `measure_<name>(modes, options)` in a header and source of its own: the estimator, free of
///      files and options, tested against analytic fields.
///   2. `Statistic <name>_statistic(const config::Config&)` in `src/stats/<name>_statistic.cpp`:
///   reads
///      its section of the options (UsageError for what cannot be), and returns a Statistic whose
///      `measure` takes modes from SharedMeshes, calls the estimator for every side, and adds its
///      group to the table through TableGroup (src/stats/table_group.hpp).
///   3. One line in the registry (src/stats/registry.cpp, in running order) and its name among the
///      choices of stats.statistics (src/config/options_measure.cpp).
namespace nubox::stats {

/// One statistic with its settings, ready to run.
struct Statistic {
  std::string name;  ///< in stats.statistics; the group of the file that holds its results
  /// Options, or whole sections ("pdf."), on which the results depend beside stats.mesh and
  /// stats.assignment: a group measured with the same values is kept on a rerun.
  std::vector<std::string> options;
  bool needs_target = false;  ///< left out of a run without a target
  /// Most memory per rank at one time, bytes, beyond the particles and the modes that are shared.
  std::function<double(const Sizes&)> work_bytes;
  /// Transforms of the run's mesh that the estimator cannot do without, all fields together, beyond
  /// the forward ones that are shared; those of smaller meshes in proportion. The floor of its
  /// time.
  std::function<double(const Sizes&)> transforms = {};
  /// Adds the group `name` (and groups and arrays below it only). Collective.
  /// Errors on which the ranks agree (par::agree) end this statistic alone; any other, the run.
  std::function<void(SharedMeshes&, io::TableFile&)> measure;
};

/// Every statistic that stats.statistics may name, in the order in which they run.
[[nodiscard]] std::vector<std::string> statistic_names();

/// The statistics asked for by stats.statistics, set up. Rank-local.
/// @throws UsageError for settings that cannot be, or if nothing is left to measure
[[nodiscard]] std::vector<Statistic> statistics_of(const config::Config& config);

/// ngp, cic, tsc, pcs. @throws InternalError
[[nodiscard]] field::Assignment assignment_of(const std::string& name);
[[nodiscard]] std::string name_of(field::Assignment assignment);

}  // namespace nubox::stats
