#include "nubox/snapshot/header.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/snapshot/export.hpp"
#include "nubox/snapshot/import.hpp"

#include <cmath>
#include <optional>
#include <string>

namespace nubox::snapshot {
namespace {

/// Headers and constants are rounded: 93.14 eV against 93.04 eV is 1e-3 of Omega_nu.
constexpr double tolerance = 1e-3;

double resolve(const std::string& name, double configured, const io::Attributes& noted) {
  const auto value = io::find<double>(noted, name);
  log::info("{} = {:g} ({})", name, value.value_or(configured),
            value ? "noted in /Nubox" : "as configured: Gadget headers do not hold it");
  return value.value_or(configured);
}

/// Omega of one particle type; zero if its masses are not in the header.
double omega_of(const gadget::Header& about, int type) {
  const auto index = static_cast<std::size_t>(type);
  const double particles = static_cast<double>(about.counts[index]);
  return particles * about.mass_1e10_msunh[index] /
         particle_mass_1e10_msunh(1, about.box_size_mpch, 1);
}

double neutrino_mass(const gadget::Header& about, std::optional<double> known) {
  const double Omega_cdm = omega_of(about, gadget::cdm_type);
  const double Omega_nu = omega_of(about, about.neutrino_type);
  if (Omega_cdm == 0) return known.value_or(neutrino_mass_eV(Omega_nu, about.h));
  const double missing = about.Omega_m - Omega_cdm;
  if (known) {
    if (std::abs(missing - neutrino_omega(*known, about.h)) > tolerance * about.Omega_m) {
      throw InputError(
          "M_nu = {} eV contradicts the particle masses: CDM carries Omega = {:.5f} of Omega_m = "
          "{:.5f}, the difference belongs to {:.3f} eV",
          *known, Omega_cdm, about.Omega_m, neutrino_mass_eV(missing, about.h));
    }
    return *known;
  }
  if (Omega_nu > 0 && std::abs(missing - Omega_nu) < tolerance * about.Omega_m) {
    return neutrino_mass_eV(Omega_nu, about.h);
  }
  if (std::abs(missing) > tolerance * about.Omega_m) {
    throw InputError(
        "CDM particles carry Omega = {:.5f} of Omega_m = {:.5f}: if neutrinos without particles "
        "have the rest ({:.3f} eV), give import.mnu_eV",
        Omega_cdm, about.Omega_m, neutrino_mass_eV(missing, about.h));
  }
  return 0;
}

}  // namespace

io::FieldHeader particle_header(const gadget::Header& about) {
  io::FieldHeader header;
  header.box_size_mpch = about.box_size_mpch;
  const std::uint64_t count = about.counts[gadget::cdm_type];
  const auto n = static_cast<std::uint64_t>(std::llround(std::cbrt(static_cast<double>(count))));
  if (n * n * n == count) header.n = n;
  header.redshift = about.redshift;
  header.cosmology.Omega_m = about.Omega_m;
  header.cosmology.h = about.h;
  const double Omega_cdm = omega_of(about, gadget::cdm_type);
  const double rest = Omega_cdm > 0 ? about.Omega_m - Omega_cdm : 0;
  if (rest > tolerance * about.Omega_m) header.cosmology.M_nu_eV = neutrino_mass_eV(rest, about.h);
  return header;
}

io::FieldHeader header_of(const gadget::Header& about, const io::Attributes& noted,
                          const SuppliedCosmology& facts) {
  if (!(about.Omega_m > 0) || !(about.h > 0)) {
    throw InputError(
        "the snapshot says Omega0 = {:g}, HubbleParam = {:g}: give import.Omega_m and "
        "import.h",
        about.Omega_m, about.h);
  }
  io::FieldHeader header = particle_header(about);
  header.n = lattice_n(about);
  header.cosmology.Omega_b = resolve("Omega_b", facts.Omega_b, noted);
  header.cosmology.n_s = resolve("n_s", facts.n_s, noted);
  header.cosmology.A_s = resolve("A_s", facts.A_s, noted);
  header.cosmology.M_nu_eV =
      neutrino_mass(about, facts.M_nu_eV ? facts.M_nu_eV : io::find<double>(noted, "M_nu_eV"));
  header.seed = facts.seed >= 0 ? facts.seed : io::find<std::int64_t>(noted, "seed").value_or(-1);
  header.origin = "import";
  return header;
}

}  // namespace nubox::snapshot
