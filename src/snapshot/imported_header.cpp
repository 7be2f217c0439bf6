#include "nubox/snapshot/imported_header.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"
#include "nubox/gadget/particle_header.hpp"
#include "nubox/snapshot/import.hpp"

#include <cmath>
#include <optional>
#include <string>

namespace nubox::snapshot {
namespace {

/// The number of the snapshot, else the configured one. @throws InputError if the user gave another
double resolve(const std::string& name, const ConfiguredNumber& configured,
               std::optional<double> known) {
  if (known && configured.given && cosmology::differ(*known, configured.value)) {
    throw InputError("{0} = {1:g} was given (cosmology.{0}), but the snapshot has {0} = {2:g}",
                     name, configured.value, *known);
  }
  log::info("{} = {:g} ({})", name, known.value_or(configured.value),
            known              ? "from the snapshot"
            : configured.given ? "as given"
                               : "the default: Gadget headers do not contain it");
  return known.value_or(configured.value);
}

/// The neutrino mass where the masses of CDM or of other particles are not known.
double mass_without_densities(const gadget::ParticleContent& content, double h,
                              std::optional<double> known) {
  if (known) return *known;
  if (content.Omega_nu > 0) return cosmology::neutrino_mass_eV(content.Omega_nu, h);
  throw InputError(
      "the snapshot does not hold the masses of all its particles (MassTable or Masses), so that a "
      "massive run cannot be told from a massless one: give import.mnu_eV");
}

double neutrino_mass(const gadget::Header& header, std::optional<double> known) {
  const gadget::ParticleContent content = gadget::content_of(header);
  if (!content.complete) return mass_without_densities(content, header.h, known);
  const double tolerance = gadget::omega_tolerance * header.Omega_m;
  const double missing = header.Omega_m - content.Omega_cdm - content.Omega_others;
  const std::string carried = fmt::format(
      "CDM particles carry Omega = {:.5f}{} of Omega_m = {:.5f}", content.Omega_cdm,
      content.Omega_others > 0 ? fmt::format(", others {:.5f}", content.Omega_others) : "",
      header.Omega_m);
  if (known) {
    if (std::abs(missing - cosmology::neutrino_omega(*known, header.h)) > tolerance) {
      throw InputError(
          "M_nu = {} eV contradicts the particle masses: {}, the difference belongs to {:.3f} eV",
          *known, carried, cosmology::neutrino_mass_eV(missing, header.h));
    }
    return *known;
  }
  if (content.Omega_nu > 0) {
    if (std::abs(missing - content.Omega_nu) > tolerance) {
      throw InputError(
          "{}, neutrino particles (type {}) {:.5f}: they do not add up. If the type holds no "
          "neutrinos, name the one that does (import.neutrino_type) and give import.mnu_eV",
          carried, header.neutrino_type, content.Omega_nu);
    }
    return cosmology::neutrino_mass_eV(content.Omega_nu, header.h);
  }
  if (std::abs(missing) > tolerance) {
    throw InputError(
        "{}: if neutrinos without particles have the rest ({:.3f} eV), give import.mnu_eV", carried,
        cosmology::neutrino_mass_eV(missing, header.h));
  }
  return 0;
}

/// Header of the box that an export was made from; none for other snapshots.
std::optional<io::FieldHeader> exported_header(const io::Attributes& stored) {
  if (stored.empty()) return std::nullopt;
  return io::header_of(stored, "/Nubox of the snapshot");
}

/// The attributes of the exported box, and the mesh factor as given.
io::Attributes kept_attributes(const std::optional<io::FieldHeader>& exported,
                               std::optional<std::int64_t> mesh_factor) {
  io::Attributes kept = exported ? exported->extra : io::Attributes();
  kept.erase(io::density_nu_window);  // of a mesh that snapshots do not contain
  if (!mesh_factor) return kept;
  const auto known = io::find<std::int64_t>(kept, "mesh_factor");
  if (known && *known != *mesh_factor) {
    throw InputError(
        "import.mesh_factor = {} was given, but the snapshot was exported with mesh_factor = {}",
        *mesh_factor, *known);
  }
  if (*mesh_factor > 0) kept["mesh_factor"] = *mesh_factor;
  return kept;
}

}  // namespace

io::FieldHeader imported_header(const gadget::Header& gadget_header, const io::Attributes& stored,
                                const SuppliedHeader& supplied) {
  if (!(gadget_header.Omega_m > 0) || !(gadget_header.h > 0)) {
    throw InputError(
        "the header of the snapshot has Omega0 = {:g}, HubbleParam = {:g}: give import.Omega_m and "
        "import.h",
        gadget_header.Omega_m, gadget_header.h);
  }
  gadget::require_equal_masses(gadget_header, gadget_header.cdm_type, "the snapshot");
  if (const std::string others = gadget::others_text(gadget_header); !others.empty()) {
    log::warn_together("only the CDM particles are imported; left out: {}", others);
  }
  const std::optional<io::FieldHeader> exported = exported_header(stored);
  const auto known = [&](double cosmology::Parameters::*member) {
    return exported ? std::optional(exported->cosmology.*member) : std::nullopt;
  };
  io::FieldHeader header = gadget::particle_header(gadget_header);
  header.n = lattice_n(gadget_header);
  header.extra = kept_attributes(exported, supplied.mesh_factor);
  cosmology::Parameters& numbers = header.cosmology;
  const auto Omega_b = known(&cosmology::Parameters::Omega_b);
  numbers.Omega_b = resolve("Omega_b", supplied.Omega_b, Omega_b ? Omega_b : gadget_header.Omega_b);
  numbers.n_s = resolve("n_s", supplied.n_s, known(&cosmology::Parameters::n_s));
  numbers.A_s = resolve("A_s", supplied.A_s, known(&cosmology::Parameters::A_s));
  numbers.T_cmb_K = known(&cosmology::Parameters::T_cmb_K).value_or(numbers.T_cmb_K);
  numbers.N_eff = known(&cosmology::Parameters::N_eff).value_or(numbers.N_eff);
  const auto mass = known(&cosmology::Parameters::M_nu_eV);
  numbers.M_nu_eV =
      neutrino_mass(gadget_header, gadget_header.M_nu_eV ? gadget_header.M_nu_eV : mass);
  header.seed = supplied.seed >= 0 || !exported ? supplied.seed : exported->seed;
  header.origin = "import";
  return header;
}

std::string summary_text(const gadget::Header& gadget_header, const io::FieldHeader& header) {
  const bool neutrinos =
      gadget_header.counts[static_cast<std::size_t>(gadget_header.neutrino_type)] > 0;
  return fmt::format(
      "{} in {} file{}: {} CDM particles{}, {} Mpc/h at z = {:g}, Omega_m = {:g}, M_nu = {:g} eV; "
      "lengths in {} ({}), velocities {}",
      gadget_header.format, gadget_header.files, gadget_header.files > 1 ? "s" : "",
      gadget_header.counts[static_cast<std::size_t>(gadget_header.cdm_type)],
      neutrinos ? " and neutrinos" : "", header.box_size_mpch, header.redshift,
      header.cosmology.Omega_m, header.cosmology.M_nu_eV, gadget_header.length_unit,
      gadget_header.length_evidence, gadget_header.velocity_convention);
}

}  // namespace nubox::snapshot
