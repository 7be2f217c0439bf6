#include "nubox/gadget/particle_header.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"

#include <cmath>

namespace nubox::gadget {

double particle_mass_1e10_msunh(double Omega, double box_size_mpch, std::size_t n) {
  constexpr double unit_msunh = 1e10;
  const double spacing = box_size_mpch / static_cast<double>(n);
  return Omega * units::critical_density / unit_msunh * spacing * spacing * spacing;
}

double omega_of_type(const Header& header, int type) {
  const auto index = static_cast<std::size_t>(type);
  const double particles = static_cast<double>(header.counts[index]);
  return particles * header.mass_1e10_msunh[index] /
         particle_mass_1e10_msunh(1, header.box_size_mpch, 1);
}

ParticleContent content_of(const Header& header) {
  ParticleContent content;
  for (int type = 0; type < static_cast<int>(type_count); ++type) {
    const auto index = static_cast<std::size_t>(type);
    if (header.counts[index] == 0) continue;
    if (header.mass_ratio[index] == 0) content.complete = false;
    double& Omega = type == header.cdm_type        ? content.Omega_cdm
                    : type == header.neutrino_type ? content.Omega_nu
                                                   : content.Omega_others;
    Omega += omega_of_type(header, type);
  }
  return content;
}

std::string type_name(const Header& header, int type) {
  if (type == header.cdm_type) return "cold dark matter";
  if (type == header.neutrino_type) return "neutrinos";
  return type == 0 ? "gas" : type == 4 ? "stars" : type == 5 ? "black holes" : "other particles";
}

std::string others_text(const Header& header) {
  std::string text;
  for (int type = 0; type < static_cast<int>(type_count); ++type) {
    const auto index = static_cast<std::size_t>(type);
    if (header.counts[index] == 0 || type == header.cdm_type || type == header.neutrino_type) {
      continue;
    }
    const double Omega = omega_of_type(header, type);
    text += fmt::format(
        "{}type {} ({}): {} particles, {}", text.empty() ? "" : "; ", type, type_name(header, type),
        header.counts[index],
        Omega > 0 ? fmt::format("Omega = {:.5g}", Omega) : std::string("of unknown mass"));
  }
  return text;
}

bool have_equal_masses(const Header& header, int type) {
  constexpr double rounding = 1e-5;  // of single precision, and of masses that were converted
  return header.mass_ratio[static_cast<std::size_t>(type)] < 1 + rounding;
}

void require_equal_masses(const Header& header, int type, const std::string& where) {
  if (have_equal_masses(header, type)) return;
  throw InputError(
      "{}: the masses of its particles of type {} ({}) differ by a factor of up to {:.6g}, but "
      "every "
      "particle would count as one: give a snapshot of equal masses, or the type of those that "
      "have "
      "one mass (import.cdm_type)",
      where, type, type_name(header, type), header.mass_ratio[static_cast<std::size_t>(type)]);
}

io::FieldHeader particle_header(const Header& header) {
  io::FieldHeader box;
  box.box_size_mpch = header.box_size_mpch;
  const std::uint64_t count = header.counts[static_cast<std::size_t>(header.cdm_type)];
  const auto n = static_cast<std::uint64_t>(std::llround(std::cbrt(static_cast<double>(count))));
  if (n * n * n == count) box.n = n;
  box.redshift = header.redshift;
  box.cosmology.Omega_m = header.Omega_m;
  box.cosmology.h = header.h;
  if (header.Omega_b) box.cosmology.Omega_b = *header.Omega_b;
  const ParticleContent content = content_of(header);
  const double rest = header.Omega_m - content.Omega_cdm - content.Omega_others;
  if (header.M_nu_eV) {
    box.cosmology.M_nu_eV = *header.M_nu_eV;
  } else if (content.Omega_nu > 0) {
    box.cosmology.M_nu_eV = cosmology::neutrino_mass_eV(content.Omega_nu, header.h);
  } else if (content.complete && rest > omega_tolerance * header.Omega_m) {
    box.cosmology.M_nu_eV = cosmology::neutrino_mass_eV(rest, header.h);
  }
  return box;
}

}  // namespace nubox::gadget
