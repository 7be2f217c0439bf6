#include "nubox/core/memory_limit.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/text_file.hpp"

#include "core/process_status.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <new>
#include <sstream>
#include <sys/resource.h>

#include <fmt/format.h>

namespace nubox::memory {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

const Limit& tighter(const Limit& a, const Limit& b) { return b.left_bytes < a.left_bytes ? b : a; }

/// The number that a file consists of; none if it is missing or says "max".
std::optional<std::uint64_t> number_in(const fs::path& path) {
  std::uint64_t value = 0;
  if (std::istringstream(text_file::find(path).value_or("")) >> value) return value;
  return std::nullopt;
}

/// File names of one generation of control groups.
struct GroupFiles {
  const char* root;
  const char* limit;
  const char* usage;
  const char* cache;  ///< reclaimable part of the usage, in memory.stat
};
constexpr GroupFiles version_1 = {"/sys/fs/cgroup/memory", "memory.limit_in_bytes",
                                  "memory.usage_in_bytes", "total_inactive_file"};
constexpr GroupFiles version_2 = {"/sys/fs/cgroup", "memory.max", "memory.current",
                                  "inactive_file"};

/// What a control group and its ancestors leave. Ancestors that a container hides are not counted.
Limit group_left(const GroupFiles& files, const fs::path& group) {
  Limit left{unlimited, ""};
  for (fs::path at = group.relative_path();; at = at.parent_path()) {
    const fs::path directory = fs::path(files.root) / at;
    const auto limit = number_in(directory / files.limit);
    const auto usage = number_in(directory / files.usage);
    if (limit && usage) {
      const std::uint64_t cache = number_after(directory / "memory.stat", files.cache).value_or(0);
      const std::uint64_t held = *usage - std::min(cache, *usage);
      left = tighter(
          left, {*limit - std::min(held, *limit), fmt::format("memory limit {} of control group {}",
                                                              text(*limit), directory.string())});
    }
    if (at.empty()) return left;
  }
}

/// Lines of /proc/self/cgroup: "4:memory:/path" (version 1), "0::/path" (version 2).
Limit groups_left() {
  Limit left{unlimited, ""};
  std::istringstream lines(text_file::find("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string group = line.substr(second + 1);
    if (controllers == "memory") left = tighter(left, group_left(version_1, group));
    if (controllers.empty()) left = tighter(left, group_left(version_2, group));
  }
  return left;
}

/// What a limit of this process leaves of a kind of memory ("VmSize"); none if it is unlimited.
std::optional<Limit> left_of(decltype(RLIMIT_AS) resource, const std::string& used,
                             const std::string& source) {
  rlimit limit{};
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) {
    return std::nullopt;
  }
  const std::uint64_t most = limit.rlim_cur;
  return Limit{most - std::min(status_bytes(used), most), source};
}

}  // namespace

Limit shared_limit() {
  const auto free = number_after("/proc/meminfo", "MemAvailable:");
  const Limit machine{free ? 1024 * *free : unlimited, "free memory of this machine"};
  return tighter(machine, groups_left());
}

std::optional<Limit> own_limit() {
  const auto space = left_of(RLIMIT_AS, "VmSize", "ulimit -v, address space");
  const auto data = left_of(RLIMIT_DATA, "VmData", "ulimit -d, data");
  if (!space || !data) return space ? space : data;
  return tighter(*space, *data);
}

Error out_of_memory(const std::string& detail) {
  try {
    std::string limits;
    if (const auto own = own_limit()) {
      limits =
          fmt::format("{} are left under its limit ({}), ", text(own->left_bytes), own->source);
    }
    const Limit shared = shared_limit();
    return UsageError(
        "out of memory in '{}'{}: this rank holds {}, {}{} are available to all ranks of this "
        "machine ({}); raise the limit, use more ranks or machines, or a smaller problem",
        log::phase(), detail.empty() ? "" : " (" + detail + ")", text(rss_bytes()), limits,
        text(shared.left_bytes), shared.source);
  } catch (const std::bad_alloc&) {  // not even a message fits
    return UsageError("out of memory");
  }
}

}  // namespace nubox::memory
