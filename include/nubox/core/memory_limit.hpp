#pragma once

#include "nubox/core/error.hpp"

#include <cstdint>
#include <optional>
#include <string>

/// Limits of memory, and the error of an allocation that fails (Linux). All rank-local.
namespace nubox::memory {

/// What a limit leaves, and where the limit comes from.
struct Limit {
  std::uint64_t left_bytes = 0;
  std::string source;  ///< "free memory of this machine", "ulimit -v"
};

/// Bytes that new allocations on this machine can still get: free memory and caches that the kernel
/// can release, or what the control group of a batch job or container has left, if that is less.
/// The processes of a machine share it.
[[nodiscard]] Limit shared_limit();

/// The tighter of the limits of this process on address space (ulimit -v) and data (ulimit -d).
[[nodiscard]] std::optional<Limit> own_limit();

/// Error of an allocation that failed: phase of the run, what this process holds, its limits.
///
/// @param detail  what the allocator said; may be empty
[[nodiscard]] Error out_of_memory(const std::string& detail);

}  // namespace nubox::memory
