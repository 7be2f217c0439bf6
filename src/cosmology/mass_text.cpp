#include "nubox/cosmology/mass_text.hpp"

#include "nubox/core/error.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::cosmology {

std::string mass_text(double M_nu_eV) { return fmt::format("{:.3f}", M_nu_eV); }

void require_writable_masses(const std::vector<double>& masses_eV, const std::string& option) {
  for (const double mass : masses_eV) {
    if (!(std::abs(std::stod(mass_text(mass)) - mass) <= 1e-9)) {
      throw UsageError("{} = {}: file names keep three decimals, {} would be lost", option, mass,
                       mass);
    }
  }
}

}  // namespace nubox::cosmology
