#include "nubox/stats/tracer_reader.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/par/agree.hpp"

#include <map>
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

io::FieldHeader header_of(const gadget::Snapshot& snapshot, const io::FieldHeader* other) {
  io::FieldHeader header = gadget::particle_header(snapshot.header());
  if (other == nullptr) return header;
  header.cosmology.Omega_b = other->cosmology.Omega_b;
  header.cosmology.n_s = other->cosmology.n_s;
  header.cosmology.A_s = other->cosmology.A_s;
  header.lattice_offset_cells = other->lattice_offset_cells;
  return header;
}

}  // namespace

BoxSummary summarize_box(const par::Comm& comm, const fs::path& path,
                         const io::FieldHeader* other) {
  if (is_snapshot(comm, path)) {
    const auto snapshot = gadget::Snapshot::open(comm, path);
    return {header_of(snapshot, other), snapshot.header().has_velocity,
            snapshot.header().counts[gadget::cdm_type], 0};
  }
  const io::FieldFile file(comm, path);
  const std::uint64_t n = file.header().n;
  return {file.header(), file.has("velocity"), n * n * n, file.n_of("density_nu")};
}

Tracers read_box_tracers(const par::Comm& comm, const fs::path& path,
                         const io::FieldHeader* other) {
  if (!is_snapshot(comm, path)) return read_tracers(comm, path);
  const auto snapshot = gadget::Snapshot::open(comm, path);
  Catalogue catalogue;
  snapshot.for_each_block(
      gadget::cdm_type, {.position = true, .velocity = snapshot.header().has_velocity, .id = false},
      [&](const gadget::ParticleBlock& block) {
        auto& x = catalogue.positions_mpch;
        auto& v = catalogue.velocities_kms;
        x.insert(x.end(), block.position_mpch.begin(), block.position_mpch.end());
        v.insert(v.end(), block.velocity_kms.begin(), block.velocity_kms.end());
      });
  return {comm, header_of(snapshot, other), std::move(catalogue)};
}

io::InputDigests digest_boxes(const par::Comm& comm, const std::vector<fs::path>& paths) {
  // All files in one call, since they are distributed over ranks, and each only once, since pairs
  // may share a box.
  std::map<fs::path, std::set<fs::path>> files_of;
  std::set<fs::path> files;
  for (const fs::path& path : paths) {
    if (files_of.contains(path)) continue;
    if (is_snapshot(comm, path)) {
      const auto snapshot = gadget::Snapshot::open(comm, path);
      files_of[path] = {snapshot.files().begin(), snapshot.files().end()};
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
