#include "linear_power.hpp"

#include "nubox/core/top_hat_window.hpp"
#include "nubox/core/units.hpp"

#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>

namespace nubox::cosmology {

double power_from_transfer(const Parameters& p, double k_hmpc, double transfer) {
  constexpr double pivot_per_mpc = 0.05;
  const double k_per_mpc = k_hmpc * p.h;
  return p.h * p.h * p.h * 2 * units::pi * units::pi * k_per_mpc * p.A_s *
         std::pow(k_per_mpc / pivot_per_mpc, p.n_s - 1) * transfer * transfer;
}

double sigma8(const std::function<double(double)>& power, double k_min_hmpc, double k_max_hmpc) {
  constexpr double radius_mpch = 8;
  const auto variance_per_lnk = [&](double ln_k) {
    const double k = std::exp(ln_k);
    const double window = top_hat_window(k * radius_mpch);
    return k * k * k * power(k) * window * window / (2 * units::pi * units::pi);
  };
  return std::sqrt(boost::math::quadrature::gauss_kronrod<double, 61>::integrate(
      variance_per_lnk, std::log(k_min_hmpc), std::log(k_max_hmpc), 8, 1e-7));
}

double superhorizon_transfer(const Background& background, double a) {
  constexpr double a_early = 1e-7;  // deep in the radiation era, where the integral starts as a^4
  const double hubble_length_mpc =
      units::light_kms / (units::hubble_kms_per_mpch * background.parameters().h);
  const auto integrand = [&](double ln_a) {
    const double x = std::exp(ln_a), hubble = x * background.E(x);
    return x / (hubble * hubble * hubble);
  };
  const double integral = boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
      integrand, std::log(a_early), std::log(a), 10, 1e-9);
  return hubble_length_mpc * hubble_length_mpc * background.E(a) * integral;
}

}  // namespace nubox::cosmology
