#include "nubox/core/fault.hpp"
#include "nubox/core/machine.hpp"
#include "nubox/doctor/check.hpp"

#include <algorithm>
#include <set>

namespace nubox::doctor {
namespace {

/// CPUs of every rank of a node, in rank order, ascending.
using Masks = std::vector<std::vector<int>>;

Masks masks_of(const par::Comm& node, const std::vector<int>& own) {
  const auto lengths = node.all_gather(own.size());
  const auto all = node.all_gather(std::span<const int>(own));
  Masks masks;
  auto next = all.begin();
  for (const std::size_t length : lengths) {
    masks.emplace_back(next, next + static_cast<std::ptrdiff_t>(length));
    next += static_cast<std::ptrdiff_t>(length);
  }
  return masks;
}

bool holds(const std::vector<int>& outer, const std::vector<int>& inner) {
  return std::includes(outer.begin(), outer.end(), inner.begin(), inner.end());
}

bool share_cpus(const std::vector<int>& a, const std::vector<int>& b) {
  return std::any_of(a.begin(), a.end(),
                     [&](int cpu) { return std::binary_search(b.begin(), b.end(), cpu); });
}

/// Threads of the ranks that have no CPU outside `mask`, per CPU of it.
double threads_per_cpu(const Masks& masks, const std::vector<int>& threads,
                       const std::vector<int>& mask) {
  int confined = 0;
  for (std::size_t r = 0; r < masks.size(); ++r) {
    if (holds(mask, masks[r])) confined += threads[r];
  }
  return confined / static_cast<double>(mask.size());
}

/// Ranks bound to CPUs that overlap with those of another rank.
double overlapping_ranks(const Masks& masks) {
  std::set<int> cpus;
  for (const auto& mask : masks) cpus.insert(mask.begin(), mask.end());
  int count = 0;
  for (std::size_t a = 0; a < masks.size(); ++a) {
    bool overlaps = false;
    for (std::size_t b = 0; b < masks.size(); ++b) {
      overlaps = overlaps || (a != b && share_cpus(masks[a], masks[b]));
    }
    count += overlaps && masks[a].size() < cpus.size() ? 1 : 0;
  }
  return count;
}

}  // namespace

std::vector<Finding> examine_placement(const par::Comm& world, const Options&) {
  const par::Comm node = world.split_by_node();
  const std::vector<int> own = machine::allowed_cpus();
  const Masks masks = masks_of(node, own);
  const std::vector<int> threads = node.all_gather(machine::threads_of_process(node.size()));
  const int own_threads = threads[static_cast<std::size_t>(node.rank())];
  const double load = fault::corrupted("doctor.threads", threads_per_cpu(masks, threads, own));
  const Extreme worst = largest(world, load,
                                fmt::format("{} thread{} per rank, CPUs {}", own_threads,
                                            own_threads > 1 ? "s" : "", machine::ranges_text(own)));
  const double overlaps = fault::corrupted("doctor.binding", overlapping_ranks(masks));
  const Extreme most = largest(world, overlaps, "CPUs " + machine::ranges_text(own));
  return {at_most("threads per allowed CPU", worst.value, "", 1, Verdict::warn, worst.note),
          at_most("ranks bound to CPUs of others", most.value, "", 0, Verdict::warn,
                  most.value == 0 ? "" : most.note)};
}

}  // namespace nubox::doctor
