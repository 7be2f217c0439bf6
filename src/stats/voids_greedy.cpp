#include "stats/voids_greedy.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace nubox::stats {
namespace {

bool comes_before(const Void& a, const Void& b) {
  return std::tie(a.delta, a.cell) < std::tie(b.delta, b.cell);
}

/// For each plane: whether a void there, of another rank, may reject a candidate of this slab.
std::vector<bool> planes_of_neighbours(const par::SlabLayout& layout, std::ptrdiff_t reach) {
  std::vector<bool> near(layout.n(), false);
  const par::Slab slab = layout.local();
  for (std::size_t x = slab.start; x < slab.end(); ++x) {
    for (std::ptrdiff_t dx = -reach; dx <= reach; ++dx)
      near[field::wrapped_index(static_cast<std::ptrdiff_t>(x) + dx, layout.n())] = true;
  }
  for (std::size_t x = slab.start; x < slab.end(); ++x) near[x] = false;
  return near;
}

/// Processes the candidates of this rank and the voids of others in order.
std::vector<Void> walk(const par::SlabLayout& layout, std::span<const VoidCandidate> candidates,
                       std::span<const Void> neighbours, std::uint32_t radius,
                       const Stencil& conflict, CellMask& mask) {
  const std::size_t n = layout.n();
  std::vector<Void> accepted;
  auto neighbour = neighbours.begin();
  for (const VoidCandidate& candidate : candidates) {
    const auto cell = [&]() -> std::array<std::uint32_t, 3> {
      return {static_cast<std::uint32_t>(layout.local().start + candidate.row / n),
              static_cast<std::uint32_t>(candidate.row % n), candidate.z};
    };
    while (neighbour != neighbours.end() && neighbour->delta <= candidate.delta &&
           comes_before(*neighbour, {cell(), radius, candidate.delta})) {
      mask.raise(conflict, neighbour->cell, flag_now);
      ++neighbour;
    }
    if (mask.row(candidate.row)[candidate.z] != 0) continue;
    accepted.push_back({cell(), radius, candidate.delta});
    mask.raise(conflict, accepted.back().cell, flag_now);
  }
  return accepted;
}

}  // namespace

std::vector<VoidCandidate> sorted_candidates(const fft::MeshField& smoothed, double threshold,
                                             const CellMask& mask) {
  const auto limit = static_cast<float>(threshold);
  const std::size_t n = smoothed.n(), rows = smoothed.layout().local().count * n;
  bool all_numbers = true;
  const auto for_each_candidate = [&](auto&& visit) {
    for (std::size_t row = 0; row < rows; ++row) {
      const float* values = smoothed.data() + row * smoothed.row_floats();
      const std::uint8_t* flags = mask.row(row);
      for (std::size_t z = 0; z < n; ++z) {
        if (values[z] >= limit) continue;
        all_numbers &= !std::isnan(values[z]);
        if (flags[z] == 0) visit(values[z], row, z);
      }
    }
  };
  // Counted first, since a growing vector would need up to three times the memory.
  std::size_t count = 0;
  for_each_candidate([&](float, std::size_t, std::size_t) { ++count; });
  par::agree(smoothed.comm(), [&] {
    if (!all_numbers)
      throw NumericalError("the smoothed density contains NaN: voids cannot be found");
  });
  std::vector<VoidCandidate> candidates;
  candidates.reserve(count);
  for_each_candidate([&](float delta, std::size_t row, std::size_t z) {
    candidates.push_back({delta, static_cast<std::uint32_t>(row), static_cast<std::uint32_t>(z)});
  });
  std::sort(candidates.begin(), candidates.end(),
            [](const VoidCandidate& a, const VoidCandidate& b) {
              return std::tie(a.delta, a.row, a.z) < std::tie(b.delta, b.row, b.z);
            });
  return candidates;
}

std::vector<Void> greedy_voids(const par::SlabLayout& layout,
                               std::span<const VoidCandidate> candidates, std::uint32_t radius,
                               const Stencil& conflict, CellMask& mask) {
  const auto near = planes_of_neighbours(layout, conflict.reach());
  std::vector<Void> all, own;
  std::optional<std::vector<Void>> neighbours;
  while (true) {
    std::vector<Void> now;
    std::copy_if(all.begin(), all.end(), std::back_inserter(now),
                 [&](const Void& each) { return near[each.cell[0]]; });
    if (neighbours != now) {
      neighbours = std::move(now);
      mask.keep(flag_before);
      own = walk(layout, candidates, *neighbours, radius, conflict, mask);
    }
    std::vector<Void> gathered = layout.comm().all_gather(std::span<const Void>(own));
    std::sort(gathered.begin(), gathered.end(), comes_before);
    if (gathered == all) return all;
    all = std::move(gathered);
  }
}

}  // namespace nubox::stats
