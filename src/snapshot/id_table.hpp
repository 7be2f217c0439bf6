#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/snapshot/id_map.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace nubox::snapshot {

/// Lattice site of every ID of a run, from its initial conditions: the nearest site. IDs are dealt
/// to ranks in even ranges. 8 bytes per ID of the range.
class IdTable {
 public:
  /// Reads the initial conditions. Collective.
  /// @throws InputError (agreed) if they lie neither on cell corners nor on cell centres, or their
  /// IDs are spread too widely or not unique
  IdTable(const gadget::Snapshot& ics, const par::Comm& comm, std::size_t n, const IdRange& ids);

  /// Of the initial conditions' lattice, cells per axis: 0 or 1/2 each.
  [[nodiscard]] const std::array<double, 3>& offset_cells() const { return offset_; }

  /// Rank that knows an ID, which must be within the range.
  [[nodiscard]] std::size_t owner(std::uint64_t id) const { return (id - first_) / per_rank_; }
  [[nodiscard]] bool in_range(std::uint64_t id) const { return id >= first_ && id <= last_; }
  /// On the owner: no_site for an ID that no particle has.
  [[nodiscard]] std::uint64_t site(std::uint64_t id) const;

 private:
  struct Entry {
    std::uint64_t id, site;
  };
  void measure_offset(const gadget::ParticleBlock& block, double cell);
  [[nodiscard]] std::vector<Entry> entries_of(const gadget::ParticleBlock& block,
                                              double cell) const;
  void add(const std::vector<Entry>& arrived, const par::Comm& comm);

  std::size_t n_;
  const par::Comm* comm_;
  std::uint64_t first_, last_, per_rank_;
  std::array<double, 3> offset_{};
  std::vector<std::uint64_t> sites_;
};

}  // namespace nubox::snapshot
