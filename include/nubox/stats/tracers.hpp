#pragma once

#include "nubox/field/box.hpp"
#include "nubox/field/particle_route.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

namespace nubox::stats {

/// Particles of this rank in any order and number.
struct Catalogue {
  std::vector<float> positions_mpch;  ///< [n_local][3], in [0, L]
  std::vector<float> velocities_kms;  ///< [n_local][3], or empty on all ranks
};

/// The particles of one box: a displaced lattice (field file) or a catalogue (snapshot). All
/// statistics paint them in the same way. Those that need more (errors by site, redshift space) use
/// lattice() or catalogue().
class Tracers {
 public:
  /// `density_nu`: contrast of the neutrinos, [1][count][M][M] at the mesh points i L / M.
  explicit Tracers(field::Box snapshot,
                   std::optional<field::LatticeField> density_nu = std::nullopt);
  /// `header` gives box, redshift, cosmology and masses; its `n` may be zero. Keeps a reference to
  /// `comm`. Collective.
  /// @throws InputError for a position that is not finite or outside the box; agreed
  Tracers(const par::Comm& comm, io::FieldHeader header, Catalogue catalogue);

  [[nodiscard]] const par::Comm& comm() const { return comm_; }
  [[nodiscard]] const io::FieldHeader& header() const;
  [[nodiscard]] double box_size_mpch() const { return header().box_size_mpch; }
  /// Particles of all ranks.
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Side of the lattice, or the cube root of the total rounded up: the default mesh.
  [[nodiscard]] std::size_t per_side() const;
  /// Collective.
  [[nodiscard]] bool has_velocities() const;

  /// Null unless the particles have that form.
  [[nodiscard]] const field::Box* lattice() const { return lattice_ ? &*lattice_ : nullptr; }
  [[nodiscard]] const Catalogue* catalogue() const { return lattice_ ? nullptr : &catalogue_; }

  /// Density contrast of the neutrinos; null if there is none.
  [[nodiscard]] const field::LatticeField* density_nu() const {
    return density_nu_ ? &*density_nu_ : nullptr;
  }

  /// Collective.
  [[nodiscard]] field::ParticleRoute route(const par::SlabLayout& mesh,
                                           field::Assignment assignment,
                                           double shift_cells = 0.0) const;

 private:
  par::Comm comm_;
  std::optional<field::Box> lattice_;
  std::optional<field::LatticeField> density_nu_;
  io::FieldHeader header_;  ///< of a catalogue
  Catalogue catalogue_;
  std::uint64_t total_ = 0;
};

/// Reads the particles of a field file, and its neutrino density if present. Collective.
/// @throws InputError, FileSystemError (agreed)
[[nodiscard]] Tracers read_tracers(const par::Comm& comm, const std::filesystem::path& path);

}  // namespace nubox::stats
