#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_file.hpp"
#include "nubox/io/publish.hpp"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <vector>

namespace nubox::gadget {

enum class Format { hdf5, gadget2 };

/// Size of n^3 particles in a snapshot, bytes: three floats each of position and velocity, an ID of
/// 4 bytes.
[[nodiscard]] constexpr double particle_bytes(std::size_t n) {
  const auto side = static_cast<double>(n);
  return 28 * side * side * side;
}

/// Format and header of a snapshot of one particle type (CDM).
struct WriterOptions {
  Format format = Format::hdf5;
  std::size_t files = 0;  ///< 0: as few as keep each block below 1 GiB
  std::uint64_t particles = 0;
  double box_size_mpch = 0, redshift = 0;
  double Omega_m = 0, Omega_lambda = 0, h = 0;
  double mass_1e10_msunh = 0;
  io::Attributes provenance{};  ///< group /Nubox of HDF5 files
};

/// Names of the set: base.hdf5 or base (Gadget-2) for one file, else base.0.hdf5 or base.0 and so
/// on. Readers separate the file number from the base by a dot, so the last component of the base
/// must not contain one. @throws UsageError if it does, or if the number of files does not fit the
/// particles
[[nodiscard]] std::vector<std::filesystem::path> file_names(const std::filesystem::path& base,
                                                            const WriterOptions& options);

/// The group of provenance in HDF5 files, and a mark in the unused bytes of a Gadget-2 header: what
/// tells exports of nubox, which may be replaced, from snapshots of other programs.
[[nodiscard]] inline io::OutputKind snapshot_kind() { return {"Nubox"}; }

/// Fills a block with positions, velocities and IDs of the particles [first, first + count) of the
/// set.
using FillBlock = std::function<void(std::uint64_t first, std::size_t count, ParticleBlock& block)>;

/// Writes a set of files in parallel: every rank converts and writes its own particles
/// [local_first, local_first + local_count), which are consecutive in the order of ranks. Units are
/// kpc/h, km/s sqrt(a) and 1e10 Msun/h; IDs have 4 bytes if all of them fit.
///
/// @return  the files appear under their names, as a whole, when this publication is finished;
///          `options` and `fill` need not live until then
/// Collective. @throws FileSystemError, UsageError (agreed)
io::Publication write_snapshot(const par::Comm& comm, const std::filesystem::path& base,
                               const WriterOptions& options, std::uint64_t local_first,
                               std::uint64_t local_count, const FillBlock& fill);

/// The attributes that write_snapshot stored under /Nubox; empty if the file has none. Collective.
/// @throws InputError if it is damaged, FileSystemError; agreed
[[nodiscard]] io::Attributes read_provenance(const par::Comm& comm,
                                             const std::filesystem::path& file);

}  // namespace nubox::gadget
