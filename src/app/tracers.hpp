#pragma once

#include "nubox/io/digest.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/stats/tracers.hpp"

#include <filesystem>
#include <vector>

/// Boxes to measure: field files, or Gadget snapshots, whose CDM particles need no lattice.
namespace nubox::app {

/// What is known of a box before its particles are read.
struct BoxFacts {
  /// Of a snapshot: box, redshift, Omega_m, h, mass, and n if its CDM particles are a cube, else
  /// zero. The rest, which Gadget headers do not hold, is taken from a box to compare with.
  io::FieldHeader header;
  bool has_velocity = false;
  std::uint64_t particles = 0;
  std::size_t nu_mesh_n = 0;  ///< points per side of the neutrino density; 0: none
};

/// `other`, the header of a box to compare with, may be null. Collective.
/// @throws InputError, FileSystemError (agreed)
[[nodiscard]] BoxFacts facts_of_box(const par::Comm& world, const std::filesystem::path& path,
                                    const io::FieldHeader* other);

/// Particles of a field file, or CDM particles of a snapshot: every rank its share in file order.
/// Collective. @throws InputError, FileSystemError (agreed)
[[nodiscard]] stats::Tracers tracers_of_box(const par::Comm& world,
                                            const std::filesystem::path& path,
                                            const io::FieldHeader* other);

/// Size and checksum of each box by its path; those of a set of files are of all of them.
/// Collective. @throws FileSystemError, InputError (agreed)
[[nodiscard]] io::InputDigests digest_boxes(const par::Comm& world,
                                            const std::vector<std::filesystem::path>& paths);

}  // namespace nubox::app
