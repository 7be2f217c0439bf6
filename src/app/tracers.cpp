#include "app/tracers.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/io/gadget_snapshot.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/snapshot/facts.hpp"

#include <span>
#include <string>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// Rank 0 looks, so that all decide alike. Collective.
bool is_snapshot(const par::Comm& world, const fs::path& path) {
  const bool found =
      par::agree(world, [&] { return world.is_root() && io::is_gadget_snapshot(path); });
  return world.all_reduce(found ? 1 : 0) > 0;
}

io::FieldHeader header_of(const io::GadgetSnapshot& snapshot, const io::FieldHeader* other) {
  io::FieldHeader header = snapshot::particle_header(snapshot.header());
  if (other == nullptr) return header;
  header.Omega_b = other->Omega_b;
  header.n_s = other->n_s;
  header.A_s = other->A_s;
  header.lattice_offset_cells = other->lattice_offset_cells;
  return header;
}

}  // namespace

BoxFacts facts_of_box(const par::Comm& world, const fs::path& path, const io::FieldHeader* other) {
  if (is_snapshot(world, path)) {
    const auto snapshot = io::GadgetSnapshot::open(world, path);
    return {header_of(snapshot, other), snapshot.header().has_velocity,
            snapshot.header().counts[io::gadget_cdm_type]};
  }
  const io::FieldFile file(world, path);
  const std::uint64_t n = file.header().n;
  return {file.header(), file.has("velocity"), n * n * n};
}

stats::Tracers tracers_of_box(const par::Comm& world, const fs::path& path,
                              const io::FieldHeader* other) {
  if (!is_snapshot(world, path)) return stats::read_tracers(world, path);
  const auto snapshot = io::GadgetSnapshot::open(world, path);
  stats::Catalogue catalogue;
  snapshot.for_each_block(
      io::gadget_cdm_type,
      {.position = true, .velocity = snapshot.header().has_velocity, .id = false},
      [&](const io::ParticleBlock& block) {
        auto& x = catalogue.positions_mpch;
        auto& v = catalogue.velocities_kms;
        x.insert(x.end(), block.position_mpch.begin(), block.position_mpch.end());
        v.insert(v.end(), block.velocity_kms.begin(), block.velocity_kms.end());
      });
  return {world, header_of(snapshot, other), std::move(catalogue)};
}

io::InputDigests digest_boxes(const par::Comm& world, const std::vector<fs::path>& paths) {
  io::InputDigests digests;
  for (const fs::path& path : paths) {
    if (!is_snapshot(world, path)) {
      digests.merge(io::digest_inputs(world, {path}));
      continue;
    }
    std::string checksums;
    io::FileDigest& set = digests[path.string()];
    for (const auto& [name, digest] :
         io::digest_inputs(world, io::GadgetSnapshot::open(world, path).files())) {
      set.size_bytes += digest.size_bytes;
      checksums += digest.checksum;
    }
    set.checksum = checksum_text(checksum(std::as_bytes(std::span(checksums))));
  }
  return digests;
}

}  // namespace nubox::app
