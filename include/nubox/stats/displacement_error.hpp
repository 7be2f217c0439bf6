#pragma once

#include "nubox/field/lattice_field.hpp"

#include <array>

namespace nubox::stats {

/// Difference of two vector fields on one lattice, site by site (displacements in Mpc/h, or
/// velocities in km/s), averaged over all sites.
struct VectorError {
  std::array<double, 3> mean_abs{};  ///< <|a_i - b_i|> per component
  std::array<double, 3> rms{};       ///< <(a_i - b_i)^2>^1/2 per component
  double mean_length = 0;            ///< <|a - b|>
};

/// Collective. @throws InputError if the lattices differ
[[nodiscard]] VectorError vector_error(const field::LatticeField& a, const field::LatticeField& b);

}  // namespace nubox::stats
