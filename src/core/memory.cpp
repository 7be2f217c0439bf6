#include "nubox/core/memory.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/memory_limit.hpp"
#include "nubox/core/text_file.hpp"

#include "core/process_status.hpp"

#include <malloc.h>

#include <fmt/format.h>

namespace nubox::memory {

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

std::uint64_t available_bytes() { return shared_limit().left_bytes; }

std::string text(std::uint64_t bytes) {
  return fmt::format("{:.3g} GiB", static_cast<double>(bytes) / static_cast<double>(1 << 30));
}

}  // namespace nubox::memory
