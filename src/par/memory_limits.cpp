#include "nubox/par/memory_limits.hpp"

#include "nubox/core/memory.hpp"
#include "nubox/par/agree.hpp"

#include <optional>

namespace nubox::par {

void require_memory(const Comm& comm, std::uint64_t bytes, const std::string& what) {
  const Comm node = comm.split_by_node();
  const std::uint64_t wanted = node.all_reduce(bytes);
  const std::uint64_t available = node.all_reduce(memory::available_bytes(), Reduction::min);
  const std::uint64_t own_limit = memory::address_space_left_bytes();
  std::optional<Error> failure;
  if (wanted > available) {
    failure = UsageError(
        "{} needs {} on each machine ({} ranks), {} are available: {} are missing; use more "
        "machines or a smaller problem",
        what, memory::text(wanted), node.size(), memory::text(available),
        memory::text(wanted - available));
  } else if (bytes > own_limit) {
    failure = UsageError(
        "{} needs {} on this rank, its limit (ulimit -v) leaves {}: {} are missing; raise the "
        "limit, use more ranks or a smaller problem",
        what, memory::text(bytes), memory::text(own_limit), memory::text(bytes - own_limit));
  }
  agree_on(comm, failure);
}

}  // namespace nubox::par
