#include "table_checks.hpp"

#include "nubox/core/error.hpp"

#include "linear_power.hpp"
#include "supereasy.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

namespace nubox::cosmology {
namespace {

/// Beyond it radiation and the baryons' lag change T_cb by more than the tests allow.
constexpr double latest_tested_redshift = 10;

/// Wavenumbers of a table, apart by a factor of at least 1.5, between two limits.
std::vector<std::size_t> spaced_wavenumbers(const TransferFile& file, double first_hmpc,
                                            double last_hmpc) {
  constexpr double spacing = 1.5;
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < file.k_hmpc.size(); ++i) {
    const double k = file.k_hmpc[i];
    if (k < first_hmpc || k > last_hmpc) continue;
    if (chosen.empty() || k >= spacing * file.k_hmpc[chosen.back()]) chosen.push_back(i);
  }
  return chosen;
}

/// On scales far above the horizon a fluctuation is a curved piece of universe, which gives T_cb
/// from the background alone: files of another Omega_m, h, redshift, unit or gauge show here.
void check_large_scale_limit(const TransferFile& file, const Background& background,
                             const std::string& name) {
  constexpr double k_limit_hmpc = 2e-4;  // the relative difference is 5e-4 there, as k^2
  if (file.k_hmpc[0] > k_limit_hmpc) return;
  const Parameters& p = background.parameters();
  for (std::size_t z = 0; z < file.redshifts.size(); ++z) {
    const double found = file.T_cb[file.index(z, 0)];
    const double demanded = superhorizon_transfer(background, 1 / (1 + file.redshifts[z]));
    if (std::abs(found / demanded - 1) > 1e-3) {
      throw InputError(
          "{}: T_cb = {:.6g} Mpc^2 at k = {} h/Mpc, z = {}, where Omega_m = {} and h = {} require "
          "{:.6g}: tables of another cosmology, redshift, unit or gauge (synchronous is needed)",
          name, found, file.k_hmpc[0], file.redshifts[z], p.Omega_m, p.h, demanded);
    }
  }
}

void check_neutrino_limit(const TransferFile& file, const std::string& name) {
  const double limit = file.T_nu[0] / file.T_cb[0];
  if (!(std::abs(limit - 1) <= 0.01)) {
    throw InputError("{}: T_nu/T_cb = {} at the smallest k, z = 0, where it must tend to one", name,
                     limit);
  }
}

/// T(k)/T(0) of a massless universe without acoustic oscillations (Eisenstein & Hu 1998, eqs. 26 to
/// 31). Within 4 % of CLASS for 0.01 < k < 10 h/Mpc and z < 10.
double smooth_shape(const Parameters& p, double k_hmpc) {
  const double omega_m = p.Omega_m * p.h * p.h, omega_b = p.Omega_b * p.h * p.h;
  const double theta = p.T_cmb_K / 2.7, fraction = omega_b / omega_m;
  const double horizon_mpc =
      44.5 * std::log(9.83 / omega_m) / std::sqrt(1 + 10 * std::pow(omega_b, 0.75));
  const double alpha = 1 - 0.328 * std::log(431 * omega_m) * fraction +
                       0.38 * std::log(22.3 * omega_m) * fraction * fraction;
  const double damping = 1 + std::pow(0.43 * k_hmpc * p.h * horizon_mpc, 4);
  const double q = k_hmpc * theta * theta / (p.Omega_m * p.h * (alpha + (1 - alpha) / damping));
  const double L = std::log(2 * std::numbers::e + 1.8 * q);
  return L / (L + (14.2 + 731 / (1 + 62.5 * q)) * q * q);
}

/// The turn of T_cb at the horizon of equality fixes the unit of k, which no limit shows.
void check_shape(const TransferFile& file, const Background& background, const std::string& name) {
  constexpr double tolerance = 0.12;
  // Neutrinos take up to 4.2 f_nu off T_cb on small scales.
  const double suppressed = 1 - 4.5 * background.f_nu();
  const Parameters& p = background.parameters();
  for (std::size_t z = 0; z < file.redshifts.size(); ++z) {
    if (file.redshifts[z] > latest_tested_redshift) continue;
    const double limit = superhorizon_transfer(background, 1 / (1 + file.redshifts[z]));
    for (const std::size_t i : spaced_wavenumbers(file, 0.01, 10)) {
      const double k = file.k_hmpc[i], demanded = limit * smooth_shape(p, k);
      const double found = file.T_cb[file.index(z, i)];
      if (found > (1 + tolerance) * demanded || found < (1 - tolerance) * suppressed * demanded) {
        throw InputError(
            "{}: T_cb = {:.4g} Mpc^2 at k = {:.4g} h/Mpc, z = {}, where Omega_m = {}, Omega_b = {} "
            "and h = {} require {:.4g} within {:.0f} %: k in another unit than h/Mpc, another "
            "cosmology, or another column",
            name, found, k, file.redshifts[z], p.Omega_m, p.Omega_b, p.h, demanded,
            100 * tolerance);
      }
    }
  }
}

/// The free-streaming scale is that of the mass of one neutrino.
void check_free_streaming(const TransferFile& file, const Background& background,
                          const std::string& name) {
  constexpr double factor = 1.5;
  constexpr double smallest_ratio = 1e-4;  // codes that treat neutrinos as a fluid have noise below
  const double M_nu_eV = background.parameters().M_nu_eV;
  for (std::size_t z = 0; z < file.redshifts.size(); ++z) {
    if (file.redshifts[z] > latest_tested_redshift) continue;
    for (const std::size_t i : spaced_wavenumbers(file, 0.1, 1)) {
      const double k = file.k_hmpc[i];
      const double demanded = supereasy_ratio(background, k, 1 / (1 + file.redshifts[z]));
      const double found = file.T_nu[file.index(z, i)] / file.T_cb[file.index(z, i)];
      if (demanded < smallest_ratio) continue;
      if (!(found < factor * demanded && factor * found > demanded)) {
        throw InputError(
            "{}: T_nu/T_cb = {:.4g} at k = {:.4g} h/Mpc, z = {}, where three neutrinos of {:.4g} "
            "eV "
            "each demand {:.4g} within a factor of {}: another number of massive neutrinos (one is "
            "the default of CAMB), or another column",
            name, found, k, file.redshifts[z], M_nu_eV / 3, demanded, factor);
      }
    }
  }
}

}  // namespace

void require_transfer_of(const TransferFile& file, const Background& background,
                         const std::string& name) {
  check_large_scale_limit(file, background, name);
  check_shape(file, background, name);
  if (background.parameters().M_nu_eV == 0) return;
  check_neutrino_limit(file, name);
  check_free_streaming(file, background, name);
}

}  // namespace nubox::cosmology
