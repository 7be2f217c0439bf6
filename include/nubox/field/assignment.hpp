#pragma once

#include <cstddef>
#include <cstdlib>
#include <span>
#include <vector>

namespace nubox::field {

/// Mass assignment windows: order p = number of mesh nodes per axis that a particle touches.
/// Nodes at x = i H; kernels of Hockney & Eastwood 1981.
enum class Assignment { ngp = 1, cic = 2, tsc = 3, pcs = 4 };

/// Fourier window of an assignment along one axis: sinc(pi n_i / N)^p; the full window is the
/// product over axes.
[[nodiscard]] double assignment_window(Assignment assignment, int n_i, std::size_t mesh_n);

/// Factor per axis that divides the window out, tabulated for all frequencies of a mesh.
class InverseWindow {
 public:
  /// What the factor is applied to: 1/W for modes, 1/W^2 for their power.
  enum class Of { modes, power };

  InverseWindow(Assignment assignment, std::size_t mesh_n, Of of = Of::modes);

  /// At the integer frequency n_i of one axis, of either sign.
  [[nodiscard]] double operator()(int n_i) const {
    return values_[static_cast<std::size_t>(std::abs(n_i))];
  }
  /// At |n_i| = 0 ... n/2.
  [[nodiscard]] std::span<const double> values() const { return values_; }

 private:
  std::vector<double> values_;
};

}  // namespace nubox::field
