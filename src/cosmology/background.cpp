#include "nubox/cosmology/background.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include "neutrinos.hpp"

#include <cmath>

#include <boost/math/quadrature/gauss_kronrod.hpp>

namespace nubox::cosmology {
namespace {

constexpr int species = 3;
constexpr double photon_density_at_2_7255_K = 2.47298e-5;  // Omega_g h^2

void require_sane(const Parameters& p) {
  const auto require = [](bool condition, const char* name, double value) {
    if (!condition) throw InputError("cosmology: {} = {} is not physical", name, value);
  };
  require(p.Omega_m > 0 && p.Omega_m <= 1, "Omega_m", p.Omega_m);
  require(p.Omega_b >= 0 && p.Omega_b < p.Omega_m, "Omega_b", p.Omega_b);
  require(p.h > 0.1 && p.h < 10, "h", p.h);
  require(std::isfinite(p.n_s), "n_s", p.n_s);
  require(p.A_s > 0 && std::isfinite(p.A_s), "A_s", p.A_s);
  require(p.T_cmb_K > 0 && p.T_cmb_K < 100, "T_cmb", p.T_cmb_K);
  require(p.N_eff >= 0 && p.N_eff < 100, "N_eff", p.N_eff);
  require(p.M_nu_eV >= 0 && std::isfinite(p.M_nu_eV), "M_nu", p.M_nu_eV);
}

template <class Integrand>
double integrate_lna(Integrand&& integrand, double a0, double a1) {
  return boost::math::quadrature::gauss_kronrod<double, 31>::integrate(
      [&](double ln_a) { return integrand(std::exp(ln_a)); }, std::log(a0), std::log(a1), 10,
      1e-12);
}

}  // namespace

struct Background::Tables {
  Parameters parameters;
  double Omega_photons = 0;
  double Omega_massless = 0;  // massless neutrinos
  double y_per_a = 0;         // m a / T0 of one species
  double fermi_factor = 0;    // Onu = fermi_factor a^-4 F(y)
  double Omega_nu = 0, Omega_cb = 0, Omega_lambda = 0;

  explicit Tables(const Parameters& p) : parameters(p) {
    require_sane(p);
    constexpr double pi4 = units::pi * units::pi * units::pi * units::pi;
    Omega_photons = photon_density_at_2_7255_K * std::pow(p.T_cmb_K / 2.7255, 4) / (p.h * p.h);
    const double standard =
        std::pow(4.0 / 11.0, 4.0 / 3.0);  // (T_nu/T)^4 in the definition of N_eff
    const double massive = std::pow(neutrino_temperature_ratio, 4);
    double massless_count = p.N_eff;
    if (p.M_nu_eV > 0) {
      massless_count -= species * massive / standard;
      if (massless_count < 0) {
        throw InputError(
            "cosmology: N_eff = {} leaves no room for three massive neutrinos, which "
            "supply {:.4f}",
            p.N_eff, species * massive / standard);
      }
      y_per_a = p.M_nu_eV / species / neutrino_temperature_eV(p);
      fermi_factor = species * 15 / pi4 * massive * Omega_photons;
    }
    Omega_massless = 7.0 / 8.0 * standard * massless_count * Omega_photons;
    Omega_nu = neutrino_density(1);
    Omega_cb = p.Omega_m - Omega_nu;
    if (Omega_cb <= p.Omega_b) {
      throw InputError(
          "cosmology: neutrinos of {} eV (Omega_nu = {:.4f}) leave no cold dark matter in "
          "Omega_m = {}",
          p.M_nu_eV, Omega_nu, p.Omega_m);
    }
    Omega_lambda = 1 - Omega_cb - Omega_photons - Omega_massless - Omega_nu;
  }

  [[nodiscard]] double neutrino_density(double a) const {
    if (fermi_factor == 0) return 0;
    return fermi_factor * fermi_energy(y_per_a * a) / (a * a * a * a);
  }
};

Background::Background(const Parameters& parameters)
    : tables_(std::make_shared<const Tables>(parameters)) {}

const Parameters& Background::parameters() const { return tables_->parameters; }
double Background::Omega_nu() const { return tables_->Omega_nu; }
double Background::Omega_cb() const { return tables_->Omega_cb; }
double Background::f_nu() const { return tables_->Omega_nu / tables_->parameters.Omega_m; }

double Background::Omega_radiation() const {
  return tables_->Omega_photons + tables_->Omega_massless;
}

double Background::E(double a) const {
  const Tables& t = *tables_;
  const double a3 = a * a * a;
  return std::sqrt(t.Omega_cb / a3 + (t.Omega_photons + t.Omega_massless) / (a3 * a) +
                   t.neutrino_density(a) + t.Omega_lambda);
}

double Background::dlnE_dlna(double a) const {
  const Tables& t = *tables_;
  const double a3 = a * a * a;
  double slope = -3 * t.Omega_cb / a3 - 4 * (t.Omega_photons + t.Omega_massless) / (a3 * a);
  if (t.fermi_factor != 0) slope += t.neutrino_density(a) * (fermi_energy_slope(t.y_per_a * a) - 4);
  const double e = E(a);
  return 0.5 * slope / (e * e);
}

double Background::kick(double a0, double a1) const {
  return integrate_lna([&](double a) { return 1.5 * tables_->parameters.Omega_m / (a * E(a)); }, a0,
                       a1);
}

double Background::drift(double a0, double a1) const {
  return integrate_lna([&](double a) { return 1 / (a * a * E(a)); }, a0, a1);
}

}  // namespace nubox::cosmology
