#pragma once

#include "nubox/cosmology/background.hpp"

namespace nubox::cosmology {

/// r = delta_nu/delta_cb of the SuperEasy closure (arXiv:2011.12504) for three degenerate
/// neutrinos. Tables of a Boltzmann code are within 20 % of it at 0.1 < k < 1 h/Mpc and z < 10.
[[nodiscard]] double supereasy_ratio(const Background& background, double k_hmpc, double a);

}  // namespace nubox::cosmology
