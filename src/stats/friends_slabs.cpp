#include "stats/friends_slabs.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"

#include <limits>

namespace nubox::stats {
namespace {

using Positions = std::vector<field::ParticlePosition>;

/// Positions twice, slots, sets and starts of blocks.
constexpr std::uint64_t bytes_per_particle = 32;

std::size_t index_of(int rank) { return static_cast<std::size_t>(rank); }

/// Refuses slabs that are too large, which are those with a group that is.
void require_room(const FriendsSlabs& slabs) {
  par::agree(slabs.comm(), [&] {
    if (slabs.particles() < std::numeric_limits<std::uint32_t>::max() / 2) return;
    throw UsageError(
        "the slab of this rank has {} particles, more than groups are found among: "
        "use more ranks",
        slabs.particles());
  });
  par::require_memory(slabs.comm(), slabs.particles() * bytes_per_particle,
                      "finding groups among the particles of the fullest slab");
}

/// Exchanges values with one other rank; -1: with none.
template <class T>
std::vector<T> send_to(const par::Comm& comm, int rank, std::span<const T> values) {
  std::vector<std::size_t> counts(index_of(comm.size()), 0);
  if (rank >= 0) counts[index_of(rank)] = values.size();
  return comm.all_to_all<T>(values, counts);
}

}  // namespace

FriendsSlabs::FriendsSlabs(const par::Comm& comm, const FriendsGrid& grid,
                           std::span<const field::ParticlePosition> positions)
    : comm_(comm), owner_(grid.blocks) {
  std::vector<std::uint64_t> counts(grid.blocks, 0);
  for (const auto& p : positions) ++counts[grid.block_index(p.x)];
  comm.all_reduce(std::span<std::uint64_t>(counts));
  std::uint64_t total = 0;
  for (const std::uint64_t count : counts) total += count;
  // A plane belongs to the rank with the particle in the middle of the plane.
  const auto ranks = static_cast<std::uint64_t>(comm.size());
  std::uint64_t before = 0;
  first_.assign(1, 0);
  for (std::uint64_t plane = 0; plane < grid.blocks; ++plane) {
    const std::uint64_t middle = before + counts[plane] / 2;
    const auto rank = total == 0 ? 0 : std::min(ranks - 1, middle * ranks / total);
    while (first_.size() <= rank) first_.push_back(plane);
    owner_[plane] = static_cast<int>(first_.size()) - 1;
    if (owner_[plane] == comm.rank()) particles_ += counts[plane];
    before += counts[plane];
  }
  while (first_.size() <= ranks) first_.push_back(grid.blocks);
  if (planes() == 0 || planes() == grid.blocks) return;
  before_ = owner_[(first_plane() + grid.blocks - 1) % grid.blocks];
  after_ = owner_[(first_plane() + planes()) % grid.blocks];
}

FriendsExchange::FriendsExchange(const FriendsSlabs& slabs, const FriendsGrid& grid,
                                 std::vector<field::ParticlePosition> positions, bool share_planes)
    : comm_(slabs.comm()),
      stayed_(positions.size()),
      before_(slabs.rank_before()),
      after_(slabs.rank_after()) {
  require_room(slabs);
  sent_counts_.assign(index_of(comm_.size()), 0);
  const auto owner = [&](const field::ParticlePosition& p) {
    return slabs.owner(grid.block_index(p.x));
  };
  for (const auto& p : positions) {
    if (owner(p) != comm_.rank()) ++sent_counts_[index_of(owner(p))];
  }
  std::vector<std::size_t> next = par::block_starts(sent_counts_);
  sent_.resize(next.back() + sent_counts_.back());
  Positions leaving(sent_.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const int to = owner(positions[i]);
    if (to == comm_.rank()) continue;
    const std::size_t place = next[index_of(to)]++;
    sent_[place] = static_cast<std::uint32_t>(i);
    leaving[place] = positions[i];
  }
  const auto arrived = comm_.all_to_all(leaving, sent_counts_, &received_counts_);
  leaving = Positions();
  received_ = arrived.size();
  particles_ = sort_particles(grid, slabs.first_plane(), slabs.planes(), {&positions, &arrived});
  own_ = particles_.size();
  positions = Positions();  // frees the memory, which {} would not
  if (share_planes) copy_planes(grid);
}

void FriendsExchange::copy_planes(const FriendsGrid& grid) {
  Positions edge;
  if (before_ >= 0) {
    const std::uint32_t end = particles_.starts[grid.blocks * grid.blocks];
    for (std::uint32_t i = 0; i < end; ++i) {
      const auto& p = particles_.positions[i];
      if (grid.cell_in_block(p)[0] >= static_cast<std::uint32_t>(grid.reach)) continue;
      shared_before_.push_back(i);
      edge.push_back(p);
    }
  }
  const auto copies = send_to<field::ParticlePosition>(comm_, before_, edge);
  if (after_ < 0) return;
  append_plane(grid, copies, particles_);
  shared_after_.resize(copies.size());
  for (std::uint32_t i = own_; i < particles_.size(); ++i) {
    shared_after_[particles_.slots[i]] = i;
  }
}

std::vector<std::uint64_t> FriendsExchange::send_before(
    std::span<const std::uint64_t> values) const {
  return send_to(comm_, before_, values);
}

std::vector<std::uint64_t> FriendsExchange::send_after(
    std::span<const std::uint64_t> values) const {
  return send_to(comm_, after_, values);
}

std::vector<std::uint32_t> FriendsExchange::assemble(
    std::vector<std::uint32_t> here, const std::vector<std::uint32_t>& there) const {
  const auto back = comm_.all_to_all(there, received_counts_);
  for (std::size_t i = 0; i < sent_.size(); ++i) here[sent_[i]] = back[i];
  return here;
}

}  // namespace nubox::stats
