#pragma once

#include <cstdint>
#include <string>

/// Memory of this process and machine (Linux). All rank-local.
namespace nubox::memory {

/// Largest resident set of this process so far, bytes.
[[nodiscard]] std::uint64_t peak_rss_bytes();
/// Resident set now, bytes.
[[nodiscard]] std::uint64_t rss_bytes();
/// Returns free memory of the allocator to the system and resets the peak to the current resident
/// set, so that the peak of one task can be measured.
void reset_peak_rss();

/// From now on arrays of 256 KiB and more return to the system when they are freed. By default
/// glibc raises this threshold up to 32 MiB during a run and keeps smaller arrays in its heap, from
/// which few return. For programs with few, long-lived arrays.
void release_freed_arrays();

/// During its lifetime the allocator keeps freed memory and reuses it. For code that allocates and
/// frees large arrays all the time, as networks do: otherwise the system clears the pages of every
/// new array, which took a third of the time of a small network. Only one may exist at a time. Its
/// destructor acts as release_freed_arrays().
class HeapRetention {
 public:
  HeapRetention();
  ~HeapRetention();
  HeapRetention(const HeapRetention&) = delete;
  HeapRetention& operator=(const HeapRetention&) = delete;
};

/// left_bytes of shared_limit().
[[nodiscard]] std::uint64_t available_bytes();

/// "1.25 GiB".
[[nodiscard]] std::string text(std::uint64_t bytes);

}  // namespace nubox::memory
