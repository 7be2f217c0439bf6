#include "nubox/cosmology/parameters.hpp"

#include "nubox/core/error.hpp"

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

void require_same(const Parameters& of_file, const Parameters& configured,
                  const std::string& file) {
  const ParameterField* field = first_difference(of_file, configured);
  if (field == nullptr) return;
  throw InputError("{} has {} = {}, the configuration {}: set --cosmology.{} and matching tables",
                   file, field->name, of_file.*field->member, configured.*field->member,
                   field->name);
}

}  // namespace nubox::cosmology
