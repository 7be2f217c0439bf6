#include "neutrinos.hpp"

#include "nubox/core/units.hpp"

#include <cmath>
#include <vector>

#include <boost/math/interpolators/cardinal_cubic_b_spline.hpp>
#include <boost/math/quadrature/gauss_kronrod.hpp>

namespace nubox::cosmology {
namespace {

using Spline = boost::math::interpolators::cardinal_cubic_b_spline<double>;

constexpr double zeta3 = 1.2020569031595943;
constexpr double y_min = 1e-3, y_max = 1e5;
constexpr std::size_t y_nodes = 600;

double fermi_integral(double y) {
  const auto integrand = [y](double x) {
    return x * x * std::sqrt(x * x + y * y) / (std::exp(x) + 1);
  };
  // e^-60 x^3 is below 1e-20 of the integral.
  return boost::math::quadrature::gauss_kronrod<double, 61>::integrate(integrand, 0.0, 60.0, 6,
                                                                       1e-12);
}

/// ln F over ln y; between the two asymptotic ranges.
const Spline& log_fermi_spline() {
  static const Spline spline = [] {
    const double step = std::log(y_max / y_min) / static_cast<double>(y_nodes - 1);
    std::vector<double> values(y_nodes);
    for (std::size_t i = 0; i < y_nodes; ++i) {
      values[i] = std::log(fermi_integral(y_min * std::exp(static_cast<double>(i) * step)));
    }
    return Spline(values.begin(), values.end(), std::log(y_min), step);
  }();
  return spline;
}

}  // namespace

double fermi_energy(double y) {
  constexpr double pi2 = units::pi * units::pi;
  if (y <= y_min) return 7 * pi2 * pi2 / 120 + y * y * pi2 / 24;
  if (y >= y_max) return 1.5 * zeta3 * y;
  return std::exp(log_fermi_spline()(std::log(y)));
}

double fermi_energy_slope(double y) {
  constexpr double pi2 = units::pi * units::pi;
  if (y <= y_min) return y * y * pi2 / 12 / fermi_energy(y);
  if (y >= y_max) return 1;
  return log_fermi_spline().prime(std::log(y));
}

}  // namespace nubox::cosmology
