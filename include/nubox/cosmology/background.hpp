#pragma once

#include "nubox/cosmology/parameters.hpp"

#include <memory>

namespace nubox::cosmology {

/// Expansion history E(a) = H(a)/H0 with photons, massless and massive neutrinos and a cosmological
/// constant such that E(1) = 1. Cheap to copy.
class Background {
 public:
  /// @throws InputError for unphysical parameters
  explicit Background(const Parameters& parameters);

  [[nodiscard]] const Parameters& parameters() const;
  [[nodiscard]] double E(double a) const;
  [[nodiscard]] double dlnE_dlna(double a) const;
  [[nodiscard]] double Omega_nu() const;         ///< massive neutrinos today
  [[nodiscard]] double Omega_cb() const;         ///< Omega_m - Omega_nu
  [[nodiscard]] double f_nu() const;             ///< Omega_nu / Omega_m
  [[nodiscard]] double Omega_radiation() const;  ///< photons and massless neutrinos today

  /// K(a0,a1) = int 1.5 Omega_m / (a^2 E) da: dp = K F. Changes sign with the direction.
  [[nodiscard]] double kick(double a0, double a1) const;
  /// Dr(a0,a1) = int da / (a^3 E): dx = Dr p.
  [[nodiscard]] double drift(double a0, double a1) const;

 private:
  struct Tables;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace nubox::cosmology
