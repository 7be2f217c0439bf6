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

double resolve(const std::string& name, double configured, const io::Attributes& stored) {
  const auto value = io::find<double>(stored, name);
  log::info("{} = {:g} ({})", name, value.value_or(configured),
            value ? "stored in /Nubox" : "as configured: Gadget headers do not contain it");
  return value.value_or(configured);
}

double neutrino_mass(const gadget::Header& header, std::optional<double> known) {
  const double Omega_cdm = gadget::omega_of_type(header, gadget::cdm_type);
  const double Omega_nu = gadget::omega_of_type(header, header.neutrino_type);
  const double tolerance = gadget::omega_tolerance * header.Omega_m;
  if (Omega_cdm == 0) return known.value_or(cosmology::neutrino_mass_eV(Omega_nu, header.h));
  const double missing = header.Omega_m - Omega_cdm;
  if (known) {
    if (std::abs(missing - cosmology::neutrino_omega(*known, header.h)) > tolerance) {
      throw InputError(
          "M_nu = {} eV contradicts the particle masses: CDM carries Omega = {:.5f} of Omega_m = "
          "{:.5f}, the difference belongs to {:.3f} eV",
          *known, Omega_cdm, header.Omega_m, cosmology::neutrino_mass_eV(missing, header.h));
    }
    return *known;
  }
  if (Omega_nu > 0 && std::abs(missing - Omega_nu) < tolerance) {
    return cosmology::neutrino_mass_eV(Omega_nu, header.h);
  }
  if (std::abs(missing) > tolerance) {
    throw InputError(
        "CDM particles carry Omega = {:.5f} of Omega_m = {:.5f}: if neutrinos without particles "
        "have the rest ({:.3f} eV), give import.mnu_eV",
        Omega_cdm, header.Omega_m, cosmology::neutrino_mass_eV(missing, header.h));
  }
  return 0;
}

}  // namespace

io::FieldHeader imported_header(const gadget::Header& gadget_header, const io::Attributes& stored,
                                const SuppliedCosmology& supplied) {
  if (!(gadget_header.Omega_m > 0) || !(gadget_header.h > 0)) {
    throw InputError(
        "the header of the snapshot has Omega0 = {:g}, HubbleParam = {:g}: give import.Omega_m and "
        "import.h",
        gadget_header.Omega_m, gadget_header.h);
  }
  io::FieldHeader header = gadget::particle_header(gadget_header);
  header.n = lattice_n(gadget_header);
  header.cosmology.Omega_b = resolve("Omega_b", supplied.Omega_b, stored);
  header.cosmology.n_s = resolve("n_s", supplied.n_s, stored);
  header.cosmology.A_s = resolve("A_s", supplied.A_s, stored);
  header.cosmology.M_nu_eV = neutrino_mass(
      gadget_header, supplied.M_nu_eV ? supplied.M_nu_eV : io::find<double>(stored, "M_nu_eV"));
  header.seed =
      supplied.seed >= 0 ? supplied.seed : io::find<std::int64_t>(stored, "seed").value_or(-1);
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
      gadget_header.counts[gadget::cdm_type], neutrinos ? " and neutrinos" : "",
      header.box_size_mpch, header.redshift, header.cosmology.Omega_m, header.cosmology.M_nu_eV,
      gadget_header.length_unit, gadget_header.length_evidence, gadget_header.velocity_convention);
}

}  // namespace nubox::snapshot
