#pragma once

#include "nubox/fft/modes.hpp"
#include "nubox/par/agree.hpp"

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

namespace nubox::fft {

/// A function of |k| tabulated at every |n|^2 of a mesh, zero at k = 0. A loop over modes then
/// costs a look-up instead of a spline or a square root per mode.
class RadialTable {
 public:
  /// Collective on the mesh's communicator. @throws what `function` throws (agreed)
  RadialTable(const MeshField& mesh, const std::function<double(double k_hmpc)>& function) {
    const std::size_t half = mesh.n() / 2;
    values_.resize(3 * half * half + 1);
    // Rank-local work with the same result on all ranks; `function` may throw.
    par::agree(mesh.comm(), [&] {
      for (std::size_t norm2 = 1; norm2 < values_.size(); ++norm2) {
        const double k = mesh.k_fundamental_hmpc() * std::sqrt(static_cast<double>(norm2));
        values_[norm2] = static_cast<float>(function(k));
      }
    });
  }
  [[nodiscard]] float operator()(const Mode& mode) const {
    return values_[static_cast<std::size_t>(mode.norm2())];
  }
  /// By |n|^2.
  [[nodiscard]] const std::vector<float>& values() const { return values_; }

 private:
  std::vector<float> values_;
};

/// modes(k) *= weight(k). Rank-local.
inline void scale_modes(MeshField& mesh, const RadialTable& weight) {
  std::complex<float>* modes = mesh.modes();
  const std::size_t count = mesh.n() / 2 + 1;
  for_each_mode_row(*mesh.plan(), [&](const ModeRow& row) {
    const std::int64_t xy = std::int64_t{row.nx} * row.nx + std::int64_t{row.ny} * row.ny;
    const float* weights = weight.values().data() + xy;
    for (std::size_t iz = 0; iz < count; ++iz) modes[row.first + iz] *= weights[iz * iz];
  });
}

/// The symbol -i d/dx of a derivative along one axis at every integer frequency of a mesh, zero on
/// the Nyquist plane, where a derivative is not Hermitian.
class DerivativeTable {
 public:
  DerivativeTable(const MeshField& mesh, const std::function<double(double k_hmpc)>& symbol)
      : half_(static_cast<int>(mesh.n() / 2)), values_(2 * (mesh.n() / 2) + 1) {
    for (int n = -half_; n <= half_; ++n) {
      const bool nyquist = mesh.n() % 2 == 0 && std::abs(n) == half_;
      values_[static_cast<std::size_t>(n + half_)] =
          nyquist ? 0 : static_cast<float>(symbol(mesh.k_fundamental_hmpc() * n));
    }
  }
  [[nodiscard]] float operator()(int n) const {
    return values_[static_cast<std::size_t>(n + half_)];
  }

 private:
  int half_;
  std::vector<float> values_;
};

/// The exact derivative, i k.
inline DerivativeTable spectral_derivative(const MeshField& mesh) {
  return DerivativeTable(mesh, [](double k) { return k; });
}

/// out(k) = i derivative(k_axis) weight(k) modes(k); `out` is overwritten. Rank-local.
inline void weighted_gradient(const MeshField& modes, std::size_t axis,
                              const DerivativeTable& derivative, const RadialTable& weight,
                              MeshField& out) {
  const std::complex<float>* in = modes.modes();
  out.reset_as_modes();
  std::complex<float>* result = out.modes();
  for_each_mode(*modes.plan(), [&](const Mode& mode, std::size_t index) {
    const int n_axis = axis == 0 ? mode.nx : axis == 1 ? mode.ny : mode.nz;
    const float factor = derivative(n_axis) * weight(mode);
    result[index] = {-factor * in[index].imag(), factor * in[index].real()};
  });
}

}  // namespace nubox::fft
