#pragma once

#include <cstdint>
#include <string>

/// Memory of this process and machine (Linux). All rank-local.
namespace nubox::memory {

/// Largest resident set of this process so far, bytes.
[[nodiscard]] std::uint64_t peak_rss_bytes();
/// Resident set now, bytes.
[[nodiscard]] std::uint64_t rss_bytes();
/// Gives what the allocator keeps back to the system and makes the resident set that is left the
/// peak, so that one piece of work can be measured.
void reset_peak_rss();

/// From now on arrays of 256 KiB and more go back to the system when they are freed, whatever their
/// size: left to itself the allocator comes to keep those of up to 32 MiB, in a heap from which few
/// return. For work whose arrays are few and live long.
void release_freed_arrays();

/// While it lives, what is freed stays with the allocator and is handed out again as it is. For
/// work that makes and frees large arrays all the time, as networks do: otherwise the system takes
/// each of them back and clears its pages anew, a third of the time of a small network. One at a
/// time; after it as after release_freed_arrays().
class HeapRetention {
 public:
  HeapRetention();
  ~HeapRetention();
  HeapRetention(const HeapRetention&) = delete;
  HeapRetention& operator=(const HeapRetention&) = delete;
};

/// Bytes that new allocations on this machine can still get: free memory and caches that the kernel
/// gives up, or what the control group of a batch job or container leaves, if that is less.
[[nodiscard]] std::uint64_t available_bytes();
/// Bytes that RLIMIT_AS (ulimit -v) leaves this process; the largest number if there is no limit.
[[nodiscard]] std::uint64_t address_space_left_bytes();

/// "1.25 GiB".
[[nodiscard]] std::string text(std::uint64_t bytes);

}  // namespace nubox::memory
