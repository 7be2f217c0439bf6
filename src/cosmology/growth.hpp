#pragma once

#include "nubox/cosmology/background.hpp"

#include <cstddef>
#include <functional>
#include <vector>

namespace nubox::cosmology {

/// Solutions of the growth equations on ln a nodes, index [a][k].
struct FirstOrder {
  std::vector<double> ln_D1;
  std::vector<double> f1;
};
struct SecondOrder {
  std::vector<double> D2_over_D1_squared;  ///< [a]
  std::vector<double> f2;
};

/// D1'' + A D1' = B S D1 for all k at once, from D1 = 1 and the given rates at ln_a[0].
/// source(ln_a, S) fills S for every k.
[[nodiscard]] FirstOrder solve_first_order(
    const Background& background, const std::vector<double>& ln_a,
    const std::vector<double>& start_rate,
    const std::function<void(double ln_a, std::vector<double>& S)>& source);

/// D2'' + A D2' = B (1 - f_nu)(D2 - D1^2) in the small-scale limit, where S = 1 - f_nu.
[[nodiscard]] SecondOrder solve_second_order(const Background& background,
                                             const std::vector<double>& ln_a, double start_rate);

}  // namespace nubox::cosmology
