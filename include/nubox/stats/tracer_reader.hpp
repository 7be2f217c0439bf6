#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/stats/tracers.hpp"

#include <cstdint>
#include <filesystem>
#include <vector>

/// Boxes to measure: field files, or the CDM particles of Gadget snapshots, which need not have a
/// lattice.
namespace nubox::stats {

/// Contents of a box, from its headers alone.
struct BoxSummary {
  /// Of a snapshot: box, redshift, Omega_m, h, mass, and n if its CDM particles are a cube, else
  /// zero, and what an export by nubox stored under /Nubox. Parameters that the snapshot lacks are
  /// taken from the box to compare with.
  io::FieldHeader header;
  bool has_velocity = false;
  std::uint64_t particles = 0;
  std::size_t nu_mesh_n = 0;  ///< points per side of the neutrino density; 0: none
};

/// `other`, the header of a box to compare with, may be null; `options` are for snapshots.
/// Collective.
/// @throws InputError, FileSystemError (agreed)
[[nodiscard]] BoxSummary summarize_box(const par::Comm& comm, const std::filesystem::path& path,
                                       const io::FieldHeader* other,
                                       const gadget::ReaderOptions& options = {});

/// Particles of a field file, or CDM particles of a snapshot: every rank reads its share, in the
/// order of the file. `other` and `options` as in summarize_box. What a snapshot contains beside
/// CDM and neutrinos, or does not tell, is named in a warning. Collective.
/// @throws InputError, FileSystemError (agreed); InputError if the masses of the CDM particles
/// differ
[[nodiscard]] Tracers read_box_tracers(const par::Comm& comm, const std::filesystem::path& path,
                                       const io::FieldHeader* other,
                                       const gadget::ReaderOptions& options = {});

/// Size and checksum of each box by its path; those of a snapshot cover all files of its set.
/// Collective. @throws FileSystemError, InputError (agreed)
[[nodiscard]] io::InputDigests digest_boxes(const par::Comm& comm,
                                            const std::vector<std::filesystem::path>& paths);

}  // namespace nubox::stats
