#pragma once

#include "nubox/cosmology/background.hpp"
#include "nubox/cosmology/parameters.hpp"

#include <functional>

namespace nubox::cosmology {

/// P(k) in (Mpc/h)^3 of a transfer function in the CAMB convention.
[[nodiscard]] double power_from_transfer(const Parameters& parameters, double k_hmpc,
                                         double transfer);

/// rms of a power spectrum in spheres of 8 Mpc/h, integrated over [k_min, k_max].
[[nodiscard]] double sigma8(const std::function<double(double k_hmpc)>& power, double k_min_hmpc,
                            double k_max_hmpc);

/// T_cb for k -> 0 in Mpc^2: (c/H0)^2 E int da/(aE)^3, since a long mode of comoving curvature is a
/// universe with spatial curvature (exact for any content, synchronous gauge).
[[nodiscard]] double superhorizon_transfer(const Background& background, double a);

}  // namespace nubox::cosmology
