#pragma once

#include "nubox/cosmology/parameters.hpp"

#include <functional>

namespace nubox::cosmology {

/// P(k) in (Mpc/h)^3 of a transfer function in the CAMB convention.
[[nodiscard]] double power_from_transfer(const Parameters& parameters, double k_hmpc,
                                         double transfer);

/// rms of a power spectrum in spheres of 8 Mpc/h, integrated over [k_min, k_max].
[[nodiscard]] double sigma8(const std::function<double(double k_hmpc)>& power, double k_min_hmpc,
                            double k_max_hmpc);

}  // namespace nubox::cosmology
