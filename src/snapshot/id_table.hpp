#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/snapshot/id_map.hpp"

#include <array>
#include <cstdint>
#include <vector>

namespace nubox::snapshot {

/// Lattice site of every ID of a run, from its initial conditions: the site nearest to the
/// particle. IDs are distributed over the ranks in equal ranges. 8 bytes per ID of the range.
class IdTable {
 public:
  /// Reads the initial conditions. Collective.
  /// @throws InputError (agreed) if the particles are neither at cell corners nor at cell centres,
  /// or their IDs are spread too widely or not unique
  IdTable(const gadget::Snapshot& ics, const par::Comm& comm, std::size_t n, const IdRange& ids);

  /// Offset of the lattice of the initial conditions in cells, by axis: 0 or 1/2.
  [[nodiscard]] const std::array<double, 3>& offset_cells() const { return offset_; }

  /// Rank that stores the site of an ID, which must be in the range.
  [[nodiscard]] std::size_t owner(std::uint64_t id) const { return (id - first_) / per_rank_; }
  [[nodiscard]] bool in_range(std::uint64_t id) const { return id >= first_ && id <= last_; }
  /// Site of an ID, on its owner only; no_site if no particle has the ID.
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
  par::Comm comm_;
  std::uint64_t first_, last_, per_rank_;
  std::array<double, 3> offset_{};
  std::vector<std::uint64_t> sites_;
};

}  // namespace nubox::snapshot
