#pragma once

#include "nubox/par/comm.hpp"

#include "stats/friends_grid.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

/// Distribution of the planes of blocks over ranks: consecutive planes with about equal numbers of
/// particles. Ranks may have no planes.
class FriendsSlabs {
 public:
  /// Collective.
  FriendsSlabs(const par::Comm& comm, const FriendsGrid& grid,
               std::span<const field::ParticlePosition> positions);

  [[nodiscard]] const par::Comm& comm() const { return comm_; }
  [[nodiscard]] std::uint64_t first_plane() const { return first_[own()]; }
  [[nodiscard]] std::uint64_t planes() const { return first_[own() + 1] - first_[own()]; }
  [[nodiscard]] int owner(std::uint64_t plane) const { return owner_[plane]; }
  /// Particles in the planes of this rank.
  [[nodiscard]] std::uint64_t particles() const { return particles_; }
  /// Ranks with the planes before and after those of this rank (periodic); -1 if this rank has no
  /// planes or all of them.
  [[nodiscard]] int rank_before() const { return before_; }
  [[nodiscard]] int rank_after() const { return after_; }

 private:
  [[nodiscard]] std::size_t own() const { return static_cast<std::size_t>(comm_.rank()); }

  par::Comm comm_;
  std::vector<std::uint64_t> first_;  ///< by rank, and the number of planes
  std::vector<int> owner_;            ///< by plane
  std::uint64_t particles_ = 0;
  int before_ = -1, after_ = -1;
};

/// The particles of the slab of this rank, and the way back to the ranks that they came from.
class FriendsExchange {
 public:
  /// Sends every particle to the rank with its plane, and the friends that a first plane may have
  /// in the plane before to the rank of that plane. The positions are freed. Collective.
  /// @param share_planes  false: no copies of the particles of other planes
  FriendsExchange(const FriendsSlabs& slabs, const FriendsGrid& grid,
                  std::vector<field::ParticlePosition> positions, bool share_planes = true);

  /// Own particles, then copies of those of the plane after.
  [[nodiscard]] const SortedParticles& particles() const { return particles_; }
  [[nodiscard]] std::uint32_t own() const { return own_; }
  /// Frees the positions.
  void forget_positions() { particles_.positions = std::vector<field::ParticlePosition>(); }

  /// Own particles of which the rank before has copies, and copies here of particles of the rank
  /// after, as indices into particles(); both ranks have them in the same order.
  [[nodiscard]] std::span<const std::uint32_t> shared_before() const { return shared_before_; }
  [[nodiscard]] std::span<const std::uint32_t> shared_after() const { return shared_after_; }
  /// One value for each of shared_before() to the rank before; returns those that come for
  /// shared_after(). Collective.
  [[nodiscard]] std::vector<std::uint64_t> send_before(std::span<const std::uint64_t> values) const;
  /// One value for each of shared_after() to the rank after; returns those for shared_before().
  /// Collective.
  [[nodiscard]] std::vector<std::uint64_t> send_after(std::span<const std::uint64_t> values) const;

  /// Values of the own particles, in the order that the positions had on this rank. Collective.
  template <class ValueOf>
  [[nodiscard]] std::vector<std::uint32_t> return_values(ValueOf&& value_of) const {
    std::vector<std::uint32_t> here(stayed_), there(received_);
    for (std::uint32_t i = 0; i < own_; ++i) {
      const std::uint32_t slot = particles_.slots[i];
      (slot < stayed_ ? here[slot] : there[slot - stayed_]) = value_of(i);
    }
    return assemble(std::move(here), there);
  }

 private:
  void copy_planes(const FriendsGrid& grid);
  [[nodiscard]] std::vector<std::uint32_t> assemble(std::vector<std::uint32_t> here,
                                                    const std::vector<std::uint32_t>& there) const;

  par::Comm comm_;
  SortedParticles particles_;
  std::uint32_t own_ = 0;
  std::size_t stayed_ = 0, received_ = 0;  ///< particles that were here, and those that came
  std::vector<std::uint32_t> sent_;        ///< places of the others, by destination
  std::vector<std::size_t> sent_counts_, received_counts_;
  int before_ = -1, after_ = -1;
  std::vector<std::uint32_t> shared_before_, shared_after_;
};

}  // namespace nubox::stats
