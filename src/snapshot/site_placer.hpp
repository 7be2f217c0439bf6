#pragma once

#include "nubox/core/divider.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/snapshot/id_map.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace nubox::snapshot {

/// Stores particles, read in any order on any rank, at their lattice sites: computes x - q (minimum
/// image, in double) on the rank that read them, sends the result to the rank that owns the site,
/// block by block, and counts how often each site was filled.
class SitePlacer {
 public:
  /// Fields of 3 components of one layout; velocity may be null.
  SitePlacer(field::LatticeField& displacement_mpch, field::LatticeField* velocity_kms);

  /// The particles of a block, each with its site (row-major, below n^3; no_site: skipped).
  /// Velocities are needed only if there is a velocity field. Collective.
  void place(std::span<const std::uint64_t> sites, std::span<const double> position_mpch,
             std::span<const float> velocity_kms);

  /// Requires that every site was filled exactly once. `describe` gives the text that identifies a
  /// site in messages. Collective.
  /// @throws InputError (agreed) with the numbers of sites left empty and filled twice
  void require_bijection(const std::function<std::string(std::uint64_t site)>& describe) const;

 private:
  /// Sent between ranks: 32 bytes.
  struct Record {
    std::uint64_t site;
    float displacement[3];
    float velocity[3];
  };
  [[nodiscard]] bool is_local(std::uint64_t site) const {
    return site - first_site_ < local_sites_;
  }
  [[nodiscard]] Record make_record(std::uint64_t site, const double* position,
                                   const float* velocity) const;
  void prefetch(std::uint64_t site) const;
  void store(const Record& record);

  par::SlabLayout layout_;
  double box_size_mpch_, cell_mpch_;
  std::uint64_t first_site_, local_sites_;
  bool with_velocity_;
  Divider by_n_;
  std::array<float*, 3> displacement_{}, velocity_{};  ///< by component
  std::vector<Record> leaving_;
  std::vector<bool> filled_;
  std::uint64_t filled_count_ = 0, twice_count_ = 0;
  std::uint64_t first_twice_ = no_site;  ///< a global site, or no_site
};

}  // namespace nubox::snapshot
