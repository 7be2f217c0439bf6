#pragma once

#include "nubox/field/particle_route.hpp"

#include <cstddef>
#include <cstdlib>
#include <vector>

namespace nubox::stats {

/// 1 / W^2, for powers.
class WindowSquare {
 public:
  WindowSquare(field::Assignment assignment, std::size_t mesh_n)
      : inverse_(field::inverse_window(assignment, mesh_n)) {
    for (double& value : inverse_) value *= value;
  }
  [[nodiscard]] double inverse(int n_i) const {
    return inverse_[static_cast<std::size_t>(std::abs(n_i))];
  }
  [[nodiscard]] const double* inverse_by_nz() const { return inverse_.data(); }

 private:
  std::vector<double> inverse_;
};

}  // namespace nubox::stats
