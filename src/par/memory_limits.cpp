#include "nubox/par/memory_limits.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/memory_limit.hpp"
#include "nubox/par/agree.hpp"

#include <optional>

namespace nubox::par {
namespace {

/// What is needed against what a limit leaves.
struct Demand {
  std::uint64_t needed = 0;
  memory::Limit limit;
  std::string where;  ///< "on each machine (4 ranks)"
  std::string remedy;

  [[nodiscard]] bool fits() const { return needed <= limit.left_bytes; }
  /// Share of what is left.
  [[nodiscard]] double share() const {
    return static_cast<double>(needed) / (static_cast<double>(limit.left_bytes) + 1);
  }
  [[nodiscard]] std::string text(const std::string& what) const {
    return fmt::format("{} needs {} {}, {} are available ({})", what, memory::text(needed), where,
                       memory::text(limit.left_bytes), limit.source);
  }
};

/// Warns of the tightest demand of all ranks, if it is within the accuracy of the estimates.
/// Collective.
void warn_if_tight(const Comm& comm, const Demand& demand, const std::string& what) {
  // Estimates are accurate to 10 %. Stacks of threads and pools of the allocator need address space
  // that is never used: more of it than of memory.
  constexpr double tight_share = 0.85;
  const double share = demand.share();
  const double largest = comm.all_reduce(share, Reduction::max);
  if (!(largest > tight_share)) return;
  const int origin = comm.all_reduce(share == largest ? comm.rank() : comm.size(), Reduction::min);
  const std::string text = comm.broadcast(demand.text(what), origin);
  log::warn_together(
      "{}: an estimate that is a little low would end in an error during the run; {}", text,
      comm.broadcast(demand.remedy, origin));
}

}  // namespace

void require_memory(const Comm& comm, std::uint64_t bytes, const std::string& what) {
  const Comm node = comm.split_by_node();
  Demand machine{node.all_reduce(bytes), memory::shared_limit(),
                 fmt::format("on each machine ({} ranks)", node.size()),
                 "use more machines or a smaller problem, or raise the limit"};
  machine.limit.left_bytes = node.all_reduce(machine.limit.left_bytes, Reduction::min);
  Demand tightest = machine;
  if (const auto own = memory::own_limit()) {
    const Demand rank{bytes, *own, "on this rank",
                      "raise the limit, use more ranks or a smaller problem"};
    if (machine.fits() && rank.share() > machine.share()) tightest = rank;
  }
  std::optional<Error> failure;
  if (!tightest.fits()) {
    failure =
        UsageError("{}: {} are missing; {}", tightest.text(what),
                   memory::text(tightest.needed - tightest.limit.left_bytes), tightest.remedy);
  }
  agree_on(comm, failure);
  warn_if_tight(comm, tightest, what);
}

}  // namespace nubox::par
