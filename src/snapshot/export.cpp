#include "nubox/snapshot/export.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"

#include <cmath>

namespace nubox::snapshot {
namespace {

double wrapped(double x, double box) {
  const double in_box = x - box * std::floor(x / box);
  return in_box < box ? in_box : 0.0;
}

/// Particles [first, first + count) of the lattice, all on this rank.
void fill_block(const field::Box& snapshot, std::uint64_t first, std::size_t count,
                gadget::ParticleBlock& block) {
  const field::LatticeField& psi = snapshot.displacement;
  const std::size_t n = psi.n();
  const double cell = psi.spacing_mpch(), box = psi.box_size_mpch();
  const double offset = snapshot.header.lattice_offset_cells;
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
      block.position_mpch[3 * p + c] = wrapped(q + psi.component(c)[site - first_here], box);
      block.velocity_kms[3 * p + c] = snapshot.velocity->component(c)[site - first_here];
    }
  }
}

/// What the header of the field file says, by the names of its attributes.
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

double neutrino_omega(double M_nu_eV, double h) {
  return M_nu_eV / units::neutrino_eV_per_Omega_h2 / (h * h);
}

double neutrino_mass_eV(double Omega_nu, double h) {
  return Omega_nu * units::neutrino_eV_per_Omega_h2 * h * h;
}

double particle_mass_1e10_msunh(double Omega, double box_size_mpch, std::size_t n) {
  constexpr double unit_msunh = 1e10;
  const double spacing = box_size_mpch / static_cast<double>(n);
  return Omega * units::critical_density / unit_msunh * spacing * spacing * spacing;
}

io::Publication export_snapshot(const field::Box& snapshot, const std::filesystem::path& base,
                                gadget::Format format, std::size_t files) {
  const io::FieldHeader& header = snapshot.header;
  const par::SlabLayout& layout = snapshot.displacement.layout();
  par::agree(layout.comm(), [&] {
    if (!snapshot.velocity) {
      throw InputError("the box has no velocities, which every reader of snapshots expects");
    }
  });
  const std::size_t n = header.n;
  const double Omega_cb =
      header.cosmology.Omega_m - neutrino_omega(header.cosmology.M_nu_eV, header.cosmology.h);
  const gadget::WriterOptions output{
      .format = format,
      .files = files,
      .particles = std::uint64_t{n} * n * n,
      .box_size_mpch = header.box_size_mpch,
      .redshift = header.redshift,
      .Omega_m = header.cosmology.Omega_m,
      .Omega_lambda = 1 - header.cosmology.Omega_m,
      .h = header.cosmology.h,
      .mass_1e10_msunh = particle_mass_1e10_msunh(Omega_cb, header.box_size_mpch, n),
      .provenance = provenance_of(header)};
  return gadget::write_snapshot(
      layout.comm(), base, output, layout.local().start * n * n, layout.local().count * n * n,
      [&](std::uint64_t first, std::size_t count, gadget::ParticleBlock& block) {
        fill_block(snapshot, first, count, block);
      });
}

}  // namespace nubox::snapshot
