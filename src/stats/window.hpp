#pragma once

#include "nubox/field/particle_route.hpp"

#include <cstddef>
#include <vector>

namespace nubox::stats {

/// 1 / W of one axis by |n_i| = 0 ... n/2: what undoes the assignment window, axis by axis.
inline std::vector<double> inverse_window(field::Assignment assignment, std::size_t mesh_n) {
  std::vector<double> table;
  for (std::size_t i = 0; i <= mesh_n / 2; ++i) {
    table.push_back(1.0 / field::assignment_window(assignment, static_cast<int>(i), mesh_n));
  }
  return table;
}

}  // namespace nubox::stats
