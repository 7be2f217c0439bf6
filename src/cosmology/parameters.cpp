#include "nubox/cosmology/parameters.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::cosmology {

bool differ(double a, double b) {
  return !(std::abs(a - b) <= parameter_tolerance * std::max(std::abs(a), std::abs(b)));
}

const ParameterField* first_difference(const Parameters& a, const Parameters& b) {
  for (const ParameterField& field : parameter_fields) {
    if (field.member == &Parameters::M_nu_eV) continue;
    if (differ(a.*field.member, b.*field.member)) return &field;
  }
  return nullptr;
}

}  // namespace nubox::cosmology
