#include "nubox/core/memory.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/text_file.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <malloc.h>
#include <optional>
#include <sstream>
#include <string>
#include <sys/resource.h>

#include <fmt/format.h>

namespace nubox::memory {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t unlimited = std::numeric_limits<std::uint64_t>::max();

/// The number that follows `key` in a file of "key number" lines.
std::optional<std::uint64_t> entry(const fs::path& path, const std::string& key) {
  std::istringstream text(text_file::find(path).value_or(""));
  for (std::string word; text >> word;) {
    if (std::uint64_t value = 0; word == key && text >> value) return value;
  }
  return std::nullopt;
}

/// The number that a file consists of; none if it is missing or says "max".
std::optional<std::uint64_t> number_in(const fs::path& path) {
  std::uint64_t value = 0;
  if (std::istringstream(text_file::find(path).value_or("")) >> value) return value;
  return std::nullopt;
}

std::uint64_t status_bytes(const std::string& key) {
  return 1024 * entry("/proc/self/status", key + ":").value_or(0);
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

/// Bytes that a control group and its ancestors have left. Ancestors that a container hides are not
/// counted.
std::uint64_t group_left(const GroupFiles& files, const fs::path& group) {
  std::uint64_t left = unlimited;
  for (fs::path at = group.relative_path();; at = at.parent_path()) {
    const fs::path directory = fs::path(files.root) / at;
    const auto limit = number_in(directory / files.limit);
    const auto usage = number_in(directory / files.usage);
    if (limit && usage) {
      const std::uint64_t cache = entry(directory / "memory.stat", files.cache).value_or(0);
      const std::uint64_t held = *usage - std::min(cache, *usage);
      left = std::min(left, *limit - std::min(held, *limit));
    }
    if (at.empty()) return left;
  }
}

/// Lines of /proc/self/cgroup: "4:memory:/path" (version 1), "0::/path" (version 2).
std::uint64_t groups_left() {
  std::uint64_t left = unlimited;
  std::istringstream lines(text_file::find("/proc/self/cgroup").value_or(""));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controllers == "memory")
      left = std::min(left, group_left(version_1, line.substr(second + 1)));
    if (controllers.empty()) left = std::min(left, group_left(version_2, line.substr(second + 1)));
  }
  return left;
}

}  // namespace

std::uint64_t peak_rss_bytes() { return status_bytes("VmHWM"); }
std::uint64_t rss_bytes() { return status_bytes("VmRSS"); }
void reset_peak_rss() {
  malloc_trim(0);
  try {
    text_file::write("/proc/self/clear_refs", "5");
  } catch (const FileSystemError&) {  // not allowed in some containers: the peak is that so far
  }
}

void release_freed_arrays() {
  constexpr int array_bytes = 1 << 18;
  mallopt(M_MMAP_THRESHOLD, array_bytes);
  mallopt(M_TRIM_THRESHOLD, 2 * array_bytes);  // glibc's own ratio of the two
}

HeapRetention::HeapRetention() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);  // never
  mallopt(M_TOP_PAD, 1 << 26);
}

HeapRetention::~HeapRetention() {
  constexpr int allocators_own_maximum = 1 << 16;
  mallopt(M_MMAP_MAX, allocators_own_maximum);
  mallopt(M_TOP_PAD, 0);
  release_freed_arrays();
  malloc_trim(0);
}

std::uint64_t available_bytes() {
  const auto machine = entry("/proc/meminfo", "MemAvailable:");
  return std::min(machine ? 1024 * *machine : unlimited, groups_left());
}

std::uint64_t address_space_left_bytes() {
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  const std::uint64_t used = status_bytes("VmSize");
  return limit.rlim_cur - std::min<std::uint64_t>(used, limit.rlim_cur);
}

std::string text(std::uint64_t bytes) {
  return fmt::format("{:.3g} GiB", static_cast<double>(bytes) / static_cast<double>(1 << 30));
}

}  // namespace nubox::memory
