#include "nubox/snapshot/import_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/io/suite_paths.hpp"

#include <set>

namespace nubox::snapshot {

namespace fs = std::filesystem;

std::vector<ImportTask> plan_imports(const std::vector<fs::path>& snapshots,
                                     const std::vector<fs::path>& ics, const fs::path& out) {
  if (snapshots.empty()) throw UsageError("'import.snapshot' must be given: Gadget snapshots");
  io::require_distinct(snapshots, "import.snapshot");
  if (!ics.empty() && ics.size() != snapshots.size()) {
    throw UsageError("import.ics names {} files for {} snapshots: one for each is needed",
                     ics.size(), snapshots.size());
  }
  const bool single = snapshots.size() == 1 && out.has_filename();
  const std::vector<fs::path> directories = io::relative_directories(snapshots);
  std::vector<ImportTask> tasks;
  std::set<fs::path> names;
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    const fs::path name = snapshots[i].stem().string() + ".h5";
    tasks.push_back({snapshots[i], ics.empty() ? fs::path() : ics[i],
                     single ? out : (out / directories[i] / name).lexically_normal()});
    if (!names.insert(tasks.back().out).second) {
      throw UsageError("two snapshots would be imported to {}", tasks.back().out.string());
    }
  }
  return tasks;
}

}  // namespace nubox::snapshot
