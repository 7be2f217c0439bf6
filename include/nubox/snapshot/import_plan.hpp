#pragma once

#include <filesystem>
#include <vector>

namespace nubox::snapshot {

/// One snapshot and the field file that it is imported to.
struct ImportTask {
  std::filesystem::path in;
  std::filesystem::path ics;  ///< initial conditions; empty: none
  std::filesystem::path out;
};

/// A single snapshot is imported to the file `out`. Of several, or with a trailing slash, `out` is
/// a directory and the files are `<out>/<directory>/<name>.h5`, where `<directory>` is the path of
/// the snapshot relative to the deepest directory that contains all of them.
///
/// @param ics  none, or one for each snapshot
/// Rank-local. @throws UsageError for no snapshot, one given twice, another number of initial
///             conditions, two boxes of the same name
[[nodiscard]] std::vector<ImportTask> plan_imports(
    const std::vector<std::filesystem::path>& snapshots,
    const std::vector<std::filesystem::path>& ics, const std::filesystem::path& out);

}  // namespace nubox::snapshot
