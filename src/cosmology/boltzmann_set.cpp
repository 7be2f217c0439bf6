#include "boltzmann_set.hpp"

#include "nubox/core/error.hpp"
#include "nubox/cosmology/neutrino_omega.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::cosmology {
namespace {

struct Weights {
  double cdm, baryon;
  explicit Weights(const Background& background)
      : cdm(1 - background.parameters().Omega_b / background.Omega_cb()), baryon(1 - cdm) {}

  [[nodiscard]] double T_cb(const BoltzmannFile& file, std::size_t i) const {
    return cdm * file.T_cdm[i] + baryon * file.T_baryon[i];
  }
};

void check_same_k(const BoltzmannFile& first, const BoltzmannFile& other) {
  if (first.k_hmpc.size() != other.k_hmpc.size()) {
    throw InputError("{} has {} wavenumbers, {} has {}", first.name, first.k_hmpc.size(),
                     other.name, other.k_hmpc.size());
  }
  for (std::size_t i = 0; i < first.k_hmpc.size(); ++i) {
    if (std::abs(first.k_hmpc[i] / other.k_hmpc[i] - 1) > 1e-5) {
      throw InputError("{} has k = {} h/Mpc where {} has {}: all redshifts must come from one run",
                       other.name, other.k_hmpc[i], first.name, first.k_hmpc[i]);
    }
  }
}

void sort_by_redshift(std::vector<BoltzmannFile>& files, const std::string& name) {
  std::sort(files.begin(), files.end(),
            [](const auto& a, const auto& b) { return a.redshift < b.redshift; });
  for (std::size_t i = 1; i < files.size(); ++i) {
    if (files[i].redshift == files[i - 1].redshift) {
      throw InputError("{} and {} both are for z = {}", files[i - 1].name, files[i].name,
                       files[i].redshift);
    }
    check_same_k(files[0], files[i]);
  }
  if (files.size() < 6 || files[0].redshift != 0) {
    throw InputError("{}: {} redshifts from {}; at least 6 are needed, the first at z = 0", name,
                     files.size(), files.empty() ? 0 : files[0].redshift);
  }
}

/// The mass that follows from the neutrino fraction of the total: T_total = (1 - f_nu) T_cb + f_nu
/// T_nu.
void check_mass(const BoltzmannFile& today, const Background& background) {
  constexpr double tolerance_eV = 1e-3;
  const Parameters& p = background.parameters();
  const std::size_t last = today.k_hmpc.size() - 1;
  const double T_cb = Weights(background).T_cb(today, last);
  const double T_nu = p.M_nu_eV > 0 ? today.T_nu[last] : 0;
  const double radiation =
      today.total_with_radiation ? background.Omega_radiation() / p.Omega_m : 0;
  const double f_nu = ((1 + radiation) * today.T_total[last] - T_cb) / (T_nu - T_cb);
  const double found_eV = p.M_nu_eV > 0 ? p.M_nu_eV * f_nu / background.f_nu()
                                        : neutrino_mass_eV(f_nu * p.Omega_m, p.h);
  if (!(std::abs(found_eV - p.M_nu_eV) <= tolerance_eV)) {
    throw InputError(
        "{}: total and cold matter at k = {} h/Mpc ({} and {}) imply M_nu = {:.4f} eV; the "
        "directory name says {} eV",
        today.name, today.k_hmpc[last], today.T_total[last], T_cb, found_eV, p.M_nu_eV);
  }
}

}  // namespace

TransferFile assemble_transfer(std::vector<BoltzmannFile> files, const Background& background,
                               const std::string& name) {
  sort_by_redshift(files, name);
  const bool massive = background.parameters().M_nu_eV > 0;
  for (const BoltzmannFile& file : files) {
    if (massive && file.T_nu.empty()) {
      throw InputError("{}: no column of massive neutrinos", file.name);
    }
  }
  check_mass(files[0], background);
  const Weights weights(background);
  TransferFile table;
  table.k_hmpc = files[0].k_hmpc;
  for (const BoltzmannFile& file : files) {
    table.redshifts.push_back(file.redshift);
    for (std::size_t i = 0; i < table.k_hmpc.size(); ++i) {
      table.T_cb.push_back(weights.T_cb(file, i));
      if (massive) table.T_nu.push_back(file.T_nu[i]);
      if (!(table.T_cb.back() > 0)) {
        throw InputError("{}: T_cb = {} at k = {} h/Mpc is not positive", file.name,
                         table.T_cb.back(), table.k_hmpc[i]);
      }
    }
  }
  return table;
}

}  // namespace nubox::cosmology
