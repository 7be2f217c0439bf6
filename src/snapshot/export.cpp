#include "nubox/snapshot/export.hpp"

#include "nubox/core/error.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/par/agree.hpp"

namespace nubox::snapshot {
namespace {

/// Particles [first, first + count) of the lattice, all on this rank.
void fill_block(const field::Box& box, std::uint64_t first, std::size_t count,
                gadget::ParticleBlock& block) {
  const field::LatticeField& psi = box.displacement;
  const std::size_t n = psi.n();
  const double cell = psi.spacing_mpch(), box_size = psi.box_size_mpch();
  const double offset = box.header.lattice_offset_cells;
  const std::uint64_t first_here = psi.layout().local().start * n * n;
  block.first = first;
  block.count = count;
  block.position_mpch.resize(3 * count);
  block.velocity_kms.resize(3 * count);
  block.id.resize(count);
  for (std::size_t p = 0; p < count; ++p) {
    const std::uint64_t site = first + p;
    const std::uint64_t index[3] = {site / (n * n), site / n % n, site % n};
    block.id[p] = site + 1;
    for (std::size_t c = 0; c < 3; ++c) {
      const double q = (static_cast<double>(index[c]) + offset) * cell;
      block.position_mpch[3 * p + c] =
          field::wrap_position(q + psi.component(c)[site - first_here], box_size);
      block.velocity_kms[3 * p + c] = box.velocity->component(c)[site - first_here];
    }
  }
}

/// The header of the box under the names of its attributes.
io::Attributes provenance_of(const io::FieldHeader& header) {
  io::Attributes attributes = header.extra;
  attributes["box_size_mpch"] = header.box_size_mpch;
  attributes["n"] = static_cast<std::int64_t>(header.n);
  attributes["lattice_offset_cells"] = header.lattice_offset_cells;
  attributes["redshift"] = header.redshift;
  for (const auto& [name, member] : cosmology::parameter_fields) {
    attributes[name] = header.cosmology.*member;
  }
  attributes["species"] = header.species;
  attributes["origin"] = header.origin;
  attributes["seed"] = header.seed;
  attributes["code_version"] = header.code_version;
  return attributes;
}

}  // namespace

io::Publication export_snapshot(const field::Box& box, const std::filesystem::path& base,
                                gadget::Format format, std::size_t files) {
  const io::FieldHeader& header = box.header;
  const par::SlabLayout& layout = box.displacement.layout();
  par::agree(layout.comm(), [&] {
    if (!box.velocity) {
      throw InputError("the box has no velocities, which every reader of snapshots expects");
    }
  });
  const std::size_t n = header.n;
  const double Omega_cb = header.cosmology.Omega_m -
                          cosmology::neutrino_omega(header.cosmology.M_nu_eV, header.cosmology.h);
  const gadget::WriterOptions output{
      .format = format,
      .files = files,
      .particles = std::uint64_t{n} * n * n,
      .box_size_mpch = header.box_size_mpch,
      .redshift = header.redshift,
      .Omega_m = header.cosmology.Omega_m,
      .Omega_lambda = 1 - header.cosmology.Omega_m,
      .h = header.cosmology.h,
      .mass_1e10_msunh = gadget::particle_mass_1e10_msunh(Omega_cb, header.box_size_mpch, n),
      .provenance = provenance_of(header)};
  return gadget::write_snapshot(
      layout.comm(), base, output, layout.local().start * n * n, layout.local().count * n * n,
      [&](std::uint64_t first, std::size_t count, gadget::ParticleBlock& block) {
        fill_block(box, first, count, block);
      });
}

}  // namespace nubox::snapshot
