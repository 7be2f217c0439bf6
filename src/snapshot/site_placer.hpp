#pragma once

#include "nubox/field/lattice_field.hpp"
#include "nubox/io/gadget_snapshot.hpp"

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace nubox::snapshot {

/// Puts particles that come in any order, on any rank, on their lattice sites: computes
/// x - q (minimum image, double) where they were read, sends what belongs elsewhere, block by
/// block, and keeps account of the sites that were filled.
class SitePlacer {
 public:
  /// Fields of 3 components of one layout; velocity may be null.
  SitePlacer(field::LatticeField& displacement_mpch, field::LatticeField* velocity_kms);

  /// The particles of a block, each with its site (row-major, below n^3). Velocities are needed
  /// only if there is a velocity field. Collective.
  void place(std::span<const std::uint64_t> sites, std::span<const double> position_mpch,
             std::span<const float> velocity_kms);

  /// Every site filled exactly once? `describe` says what a user knows a site by. Collective.
  /// @throws InputError (agreed) with the numbers of sites left empty and filled twice
  void require_bijection(const std::function<std::string(std::uint64_t site)>& describe) const;

 private:
  /// What travels: 28 bytes. The site counts from the receiver's slab.
  struct Record {
    std::uint32_t local_site;
    float displacement[3];
    float velocity[3];
  };
  [[nodiscard]] Record make_record(std::uint64_t site, std::uint64_t first_site,
                                   const double* position, const float* velocity) const;
  void store(const Record& record);

  field::LatticeField* displacement_;
  field::LatticeField* velocity_;
  std::vector<bool> filled_;
  std::uint64_t filled_count_ = 0, twice_count_ = 0;
  std::uint64_t first_twice_;  ///< a global site, or no_site
};

/// Writes x - q into `displacement`: minimum image of a box, q = site * spacing.
[[nodiscard]] inline double minimum_image(double x, double box) {
  if (x > box / 2) return x - box;
  return x <= -box / 2 ? x + box : x;
}

}  // namespace nubox::snapshot
