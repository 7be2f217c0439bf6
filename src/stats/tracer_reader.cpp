#include "nubox/stats/tracer_reader.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/log.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/gadget/snapshot_writer.hpp"
#include "nubox/par/agree.hpp"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>

namespace nubox::stats {
namespace {

namespace fs = std::filesystem;

/// Collective.
bool is_snapshot(const par::Comm& comm, const fs::path& path) {
  return par::root_decides(comm, [&] { return gadget::is_snapshot(path); });
}

/// Collective.
io::FieldHeader header_of(const par::Comm& comm, const gadget::Snapshot& snapshot,
                          const io::FieldHeader* other) {
  const gadget::Header& about = snapshot.header();
  io::FieldHeader header = gadget::particle_header(about);
  const io::Attributes stored = gadget::read_provenance(comm, snapshot.files().front());
  std::optional<io::FieldHeader> exported;
  if (!stored.empty()) {
    exported = par::agree(
        comm, [&] { return io::header_of(stored, snapshot.files().front().string() + ":/Nubox"); });
  }
  if (other != nullptr) header.lattice_offset_cells = other->lattice_offset_cells;
  const io::FieldHeader* source = exported ? &*exported : other;
  if (source == nullptr) return header;
  if (!about.Omega_b) header.cosmology.Omega_b = source->cosmology.Omega_b;
  header.cosmology.n_s = source->cosmology.n_s;
  header.cosmology.A_s = source->cosmology.A_s;
  if (exported && !about.M_nu_eV) header.cosmology.M_nu_eV = exported->cosmology.M_nu_eV;
  return header;
}

/// Names what is left out and what is not known.
void warn_of_content(const gadget::Header& header, const std::string& where) {
  if (const std::string others = gadget::others_text(header); !others.empty()) {
    log::warn_together("{}: only the CDM particles are measured; left out: {}", where, others);
  }
  if (!gadget::content_of(header).complete && !header.M_nu_eV) {
    log::warn_together(
        "{} does not hold the masses of all its particles: its neutrino mass is not known and "
        "noted "
        "as that of its neutrino particles or 0 (import.mnu_eV states it)",
        where);
  }
}

}  // namespace

BoxSummary summarize_box(const par::Comm& comm, const fs::path& path, const io::FieldHeader* other,
                         const gadget::ReaderOptions& options) {
  if (is_snapshot(comm, path)) {
    const auto snapshot = gadget::Snapshot::open(comm, path, options);
    const gadget::Header& header = snapshot.header();
    par::agree(comm, [&] { gadget::require_equal_masses(header, header.cdm_type, path.string()); });
    return {header_of(comm, snapshot, other), header.has_velocity,
            header.counts[static_cast<std::size_t>(header.cdm_type)], 0};
  }
  const io::FieldFile file(comm, path);
  const std::uint64_t n = file.header().n;
  return {file.header(), file.has("velocity"), n * n * n, file.n_of("density_nu")};
}

Tracers read_box_tracers(const par::Comm& comm, const fs::path& path, const io::FieldHeader* other,
                         const gadget::ReaderOptions& options) {
  if (!is_snapshot(comm, path)) return read_tracers(comm, path);
  const auto snapshot = gadget::Snapshot::open(comm, path, options);
  const gadget::Header& header = snapshot.header();
  par::agree(comm, [&] { gadget::require_equal_masses(header, header.cdm_type, path.string()); });
  warn_of_content(header, path.string());
  Catalogue catalogue;
  snapshot.for_each_block(
      header.cdm_type, {.position = true, .velocity = header.has_velocity, .id = false},
      [&](const gadget::ParticleBlock& block) {
        auto& x = catalogue.positions_mpch;
        auto& v = catalogue.velocities_kms;
        x.insert(x.end(), block.position_mpch.begin(), block.position_mpch.end());
        v.insert(v.end(), block.velocity_kms.begin(), block.velocity_kms.end());
      });
  return {comm, header_of(comm, snapshot, other), std::move(catalogue)};
}

io::InputDigests digest_boxes(const par::Comm& comm, const std::vector<fs::path>& paths) {
  // All files in one call, since they are distributed over ranks, and each only once, since pairs
  // may share a box.
  std::map<fs::path, std::set<fs::path>> files_of;
  std::set<fs::path> files;
  for (const fs::path& path : paths) {
    if (files_of.contains(path)) continue;
    if (is_snapshot(comm, path)) {
      const auto own = gadget::files_of_snapshot(comm, path);
      files_of[path] = {own.begin(), own.end()};
    } else {
      files_of[path] = {path};
    }
    files.insert(files_of[path].begin(), files_of[path].end());
  }
  const io::InputDigests of_files = io::digest_inputs(comm, {files.begin(), files.end()});
  io::InputDigests digests;
  for (const auto& [path, own] : files_of) {
    io::FileDigest& box = digests[path.string()];
    if (own == std::set<fs::path>{path}) {
      box = of_files.at(path.string());
      continue;
    }
    std::string checksums;
    for (const fs::path& file : own) {
      const io::FileDigest& digest = of_files.at(file.string());
      box.size_bytes += digest.size_bytes;
      checksums += digest.checksum;
    }
    box.checksum = checksum_text(checksum(std::as_bytes(std::span(checksums))));
  }
  return digests;
}

}  // namespace nubox::stats
