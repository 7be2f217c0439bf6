#pragma once

#include <cmath>

namespace nubox {

/// Fourier transform of the unit top-hat sphere at x = k R: 3 (sin x - x cos x) / x^3, and its
/// series at small x, where the difference cancels.
[[nodiscard]] inline double top_hat_window(double x) {
  if (x < 1e-2) return 1.0 - x * x / 10.0;
  return 3.0 * (std::sin(x) - x * std::cos(x)) / (x * x * x);
}

}  // namespace nubox
