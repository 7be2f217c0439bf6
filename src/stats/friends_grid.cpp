#include "stats/friends_grid.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

/// Fine cells per side of a block: enough that blocks are not much larger than linking lengths, and
/// at least the reach of friends, which is 6 for the longest.
constexpr std::uint64_t least_per_block = 8, most_per_block = 40;

/// Sorts one block by fine cell. Nearly all blocks have a few particles.
class BlockSorter {
 public:
  explicit BlockSorter(const FriendsGrid& grid) : grid_(grid) {}

  void sort(field::ParticlePosition* positions, std::uint32_t* slots, std::size_t count) {
    order_.clear();
    bool sorted = true;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint64_t key = grid_.key(positions[i]);
      sorted &= order_.empty() || order_.back() >> 32 <= key;
      order_.push_back(key << 32 | i);
    }
    if (sorted) return;
    std::sort(order_.begin(), order_.end());
    positions_.assign(positions, positions + count);
    slots_.assign(slots, slots + count);
    for (std::size_t i = 0; i < count; ++i) {
      const auto from = static_cast<std::uint32_t>(order_[i]);
      positions[i] = positions_[from];
      slots[i] = slots_[from];
    }
  }

 private:
  FriendsGrid grid_;
  std::vector<std::uint64_t> order_;  ///< key, then place
  std::vector<field::ParticlePosition> positions_;
  std::vector<std::uint32_t> slots_;
};

void sort_blocks(const FriendsGrid& grid, std::size_t first_block, SortedParticles& sorted) {
  BlockSorter sorter(grid);
  for (std::size_t b = first_block; b + 1 < sorted.starts.size(); ++b) {
    const std::uint32_t first = sorted.starts[b], count = sorted.starts[b + 1] - first;
    if (count > 1) {
      sorter.sort(sorted.positions.data() + first, sorted.slots.data() + first, count);
    }
  }
}

}  // namespace

FriendsGrid::FriendsGrid(double linking_length, std::uint64_t particles) {
  const double length = linking_length * 0x1p32;
  length2 = static_cast<std::uint64_t>(length * length);
  // All pairs of a cell are friends if its diagonal is below the linking length.
  const auto linked = static_cast<std::uint64_t>(std::sqrt(3.0) / linking_length) + 1;
  const auto side = std::max<std::uint64_t>(
      1, static_cast<std::uint64_t>(std::cbrt(static_cast<double>(particles))));
  fine = std::min(linked, most_per_block * side);
  cells_are_linked = fine == linked;
  per_block = std::clamp((fine + side - 1) / side, least_per_block, most_per_block);
  blocks = (fine + per_block - 1) / per_block;
  fine = blocks * per_block;
  reach = static_cast<std::ptrdiff_t>(linking_length * static_cast<double>(fine)) + 1;
}

SortedParticles sort_particles(
    const FriendsGrid& grid, std::uint64_t first_plane, std::uint64_t planes,
    const std::array<const std::vector<field::ParticlePosition>*, 2>& sources) {
  SortedParticles sorted{first_plane, planes, planes == grid.blocks, {}, {}, {}};
  const std::uint64_t side = grid.blocks;
  // One element more than blocks + 1: while particles are placed, starts[b + 1] is the next place
  // of block b, and in the end the start of block b + 1.
  std::vector<std::uint32_t>& starts = sorted.starts;
  starts.assign(planes * side * side + 2, 0);
  const auto block_of = [&](const field::ParticlePosition& p, std::size_t& block) {
    const std::uint64_t plane = grid.block_index(p.x) - first_plane;
    block = (plane * side + grid.block_index(p.y)) * side + grid.block_index(p.z);
    return plane < planes;  // planes before the first one wrap to large numbers
  };
  std::size_t block = 0;
  for (const auto* source : sources) {
    if (source == nullptr) continue;
    for (const auto& p : *source) {
      if (block_of(p, block)) ++starts[block + 2];
    }
  }
  for (std::size_t b = 2; b < starts.size(); ++b) starts[b] += starts[b - 1];
  sorted.positions.resize(starts.back());
  sorted.slots.resize(starts.back());
  std::uint32_t slot = 0;
  for (const auto* source : sources) {
    if (source == nullptr) continue;
    for (const auto& p : *source) {
      if (block_of(p, block)) {
        const std::uint32_t place = starts[block + 1]++;
        sorted.positions[place] = p;
        sorted.slots[place] = slot;
      }
      ++slot;
    }
  }
  starts.pop_back();
  sort_blocks(grid, 0, sorted);
  return sorted;
}

void append_plane(const FriendsGrid& grid, const std::vector<field::ParticlePosition>& particles,
                  SortedParticles& sorted) {
  const std::uint64_t plane = (sorted.first_plane + sorted.planes) % grid.blocks;
  const SortedParticles more = sort_particles(grid, plane, 1, {&particles, nullptr});
  const std::uint32_t before = sorted.size();
  // Exactly what is needed: growing vectors take twice as much.
  sorted.positions.reserve(before + more.size());
  sorted.slots.reserve(before + more.size());
  sorted.positions.insert(sorted.positions.end(), more.positions.begin(), more.positions.end());
  sorted.slots.insert(sorted.slots.end(), more.slots.begin(), more.slots.end());
  for (std::size_t b = 1; b < more.starts.size(); ++b) {
    sorted.starts.push_back(before + more.starts[b]);
  }
  ++sorted.planes;
  sorted.planes_follow_periodically = false;
}

}  // namespace nubox::stats
