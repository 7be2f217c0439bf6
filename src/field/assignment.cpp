#include "nubox/field/assignment.hpp"

#include "nubox/core/units.hpp"

#include <cmath>

namespace nubox::field {

double assignment_window(Assignment assignment, int n_i, std::size_t mesh_n) {
  if (n_i == 0) return 1.0;
  const double x = units::pi * n_i / static_cast<double>(mesh_n);
  return std::pow(std::sin(x) / x, static_cast<int>(assignment));
}

InverseWindow::InverseWindow(Assignment assignment, std::size_t mesh_n, Of of) {
  for (std::size_t i = 0; i <= mesh_n / 2; ++i) {
    const double inverse = 1.0 / assignment_window(assignment, static_cast<int>(i), mesh_n);
    values_.push_back(of == Of::power ? inverse * inverse : inverse);
  }
}

}  // namespace nubox::field
