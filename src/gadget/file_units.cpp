#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include "gadget/file_set.hpp"

#include <cmath>

namespace nubox::gadget {
namespace {

// Gadget's default units in cgs; its parameter files round them to 3.085678e21 cm and 1.989e43 g.
constexpr double kpc_cm = 3.0856775814913673e21;
constexpr double mpc_cm = 1e3 * kpc_cm;
constexpr double mass_unit_g = 1.989e43;
constexpr double kms_cms = 1e5;
/// Programs round these constants at the fourth digit or later.
constexpr double unit_tolerance = 1e-3;

constexpr double kpch_mpch = 1e-3;
/// Particles may carry less than Omega0 (neutrinos on a mesh), down to this part of it, and more
/// only by rounding of the constants. The two length units differ by a factor of 1e9 in density.
constexpr double lowest_particle_part = 0.9;
constexpr double highest_particle_part = 1.002;

std::string unit_text(double length_mpch) {
  return length_mpch == 1 ? "Mpc/h" : length_mpch == kpch_mpch ? "kpc/h" : "";
}

/// A unit within rounding of one of Gadget's defaults is that default.
double snapped(double value, std::initializer_list<double> usual) {
  for (const double candidate : usual) {
    if (std::abs(value / candidate - 1) < unit_tolerance) return candidate;
  }
  return value;
}

/// Mass of all particles in 1e10 Msun/h; 0 where the file has no mass of a type.
double total_mass(const Header& header) {
  double sum = 0;
  for (std::size_t type = 0; type < type_count; ++type) {
    if (header.counts[type] == 0) continue;
    if (!(header.mass_1e10_msunh[type] > 0)) return 0;
    sum += static_cast<double>(header.counts[type]) * header.mass_1e10_msunh[type];
  }
  return sum;
}

double density(double mass_1e10_msunh, double box_size_mpch) {
  return mass_1e10_msunh * 1e10 / (units::critical_density * std::pow(box_size_mpch, 3));
}

/// Test of a length unit against the particle masses: sum N m / V = Omega0 times the critical
/// density.
class MassEvidence {
 public:
  MassEvidence(double box_size, const ReaderOptions& options, const Header& header)
      : mass_(total_mass(header)), Omega_m_(header.Omega_m), options_(options), box_(box_size) {}

  [[nodiscard]] bool exists() const { return mass_ > 0 && Omega_m_ > 0; }
  [[nodiscard]] double Omega(double length_mpch) const {
    return density(mass_, options_.box_size_mpch.value_or(box_ * length_mpch));
  }
  [[nodiscard]] bool fits(double length_mpch) const {
    const double part = Omega(length_mpch) / Omega_m_;
    return part > lowest_particle_part && part < highest_particle_part;
  }
  [[nodiscard]] std::string text(double length_mpch) const {
    return fmt::format(
        "the particle masses give Omega = {:.6g} for a box of {:.6g} Mpc/h, the "
        "header says Omega0 = {:.6g}",
        Omega(length_mpch), options_.box_size_mpch.value_or(box_ * length_mpch), Omega_m_);
  }

 private:
  double mass_, Omega_m_;
  const ReaderOptions& options_;
  double box_;
};

/// Length unit in Mpc/h. Sets header.length_evidence.
double length_unit(const FileHeader& file_header, const ReaderOptions& options,
                   const MassEvidence& masses, const std::string& where, Header& header) {
  if (options.length_unit != LengthUnit::automatic) {
    const double chosen = options.length_unit == LengthUnit::kpch ? kpch_mpch : 1.0;
    const double other = options.length_unit == LengthUnit::kpch ? 1.0 : kpch_mpch;
    if (masses.exists() && !options.box_size_mpch && !masses.fits(chosen) && masses.fits(other)) {
      throw InputError("{}: lengths are said to be in {} (import.length_unit), but {}", where,
                       unit_text(chosen), masses.text(chosen));
    }
    header.length_evidence = "stated by import.length_unit";
    return chosen;
  }
  if (file_header.unit_length_cm > 0) {
    const double in_cm = snapped(file_header.unit_length_cm, {kpc_cm, mpc_cm});
    header.length_evidence = fmt::format("unit length {:.6g} cm in the file", in_cm);
    if (file_header.units_hold_h) {
      return in_cm == kpc_cm ? kpch_mpch : in_cm == mpc_cm ? 1.0 : in_cm / mpc_cm;
    }
    if (!(header.h > 0)) throw InputError("{}: its cosmology has h = {}", where, header.h);
    return in_cm / mpc_cm * header.h;
  }
  if (!masses.exists() || options.box_size_mpch) {
    throw InputError(
        "{}: cannot tell whether its lengths are in kpc/h or Mpc/h: it states no unit and {}; "
        "state it (import.length_unit)",
        where,
        options.box_size_mpch ? "its box is given by option"
                              : "particle masses or Omega0 are missing, so that they do not tell");
  }
  for (const double unit : {kpch_mpch, 1.0}) {
    if (!masses.fits(unit)) continue;
    header.length_evidence = masses.text(unit);
    return unit;
  }
  throw InputError(
      "{}: MassTable, BoxSize, Omega0 and the number of particles do not belong together: {} "
      "(in kpc/h), or Omega = {:.6g} (in Mpc/h)",
      where, masses.text(kpch_mpch), masses.Omega(1));
}

}  // namespace

Scales find_scales(const FileHeader& file_header, const ReaderOptions& options,
                   const std::string& where, Header& header) {
  Scales scales;
  const double per_h = file_header.units_hold_h ? 1.0 : header.h;
  scales.mass_1e10_msunh =
      file_header.unit_mass_g > 0
          ? snapped(file_header.unit_mass_g, {mass_unit_g}) / mass_unit_g * per_h
          : 1.0;
  for (std::size_t type = 0; type < type_count; ++type) {
    header.mass_1e10_msunh[type] *= scales.mass_1e10_msunh;
  }
  const MassEvidence masses(file_header.box_size, options, header);
  scales.length_mpch = length_unit(file_header, options, masses, where, header);
  header.length_unit = unit_text(scales.length_mpch);
  if (header.length_unit.empty()) {
    const double in_cm = snapped(file_header.unit_length_cm, {kpc_cm, mpc_cm});
    header.length_unit = in_cm == kpc_cm   ? "kpc"
                         : in_cm == mpc_cm ? "Mpc"
                                           : fmt::format("{:.6g} cm", in_cm);
    if (file_header.units_hold_h) header.length_unit += "/h";
  }
  header.box_size_mpch = options.box_size_mpch.value_or(file_header.box_size * scales.length_mpch);
  if (masses.exists()) header.Omega_particles = masses.Omega(scales.length_mpch);
  if (file_header.unit_length_cm > 0 && options.length_unit == LengthUnit::automatic &&
      masses.exists() && !masses.fits(scales.length_mpch)) {
    throw InputError(
        "{}: MassTable, BoxSize, Omega0 and the number of particles do not belong together: {}",
        where, masses.text(scales.length_mpch));
  }
  const double unit_kms = file_header.unit_velocity_cms > 0
                              ? snapped(file_header.unit_velocity_cms, {kms_cms}) / kms_cms
                              : 1.0;
  const double a = units::scale_factor(header.redshift);
  scales.velocity_kms = unit_kms * std::pow(a, file_header.velocity_a_exponent);
  header.velocity_convention =
      file_header.velocity_a_exponent == 0
          ? fmt::format("peculiar velocities as stored, unit {:g} km/s", unit_kms)
          : fmt::format("peculiar velocity = a^{:g} times the stored one, unit {:g} km/s",
                        file_header.velocity_a_exponent, unit_kms);
  return scales;
}

}  // namespace nubox::gadget
