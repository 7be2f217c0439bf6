#pragma once

#include "nubox/fft/plan.hpp"

#include <complex>
#include <cstddef>
#include <memory>

namespace nubox::fft {

/// A periodic cubic mesh of n^3 points over a box, distributed over ranks as x slabs. Real values
/// and Fourier modes share one padded buffer, so that a mesh is in one of two states.
///
/// Real:    value(ix_local, iy, iz), rows of 2(n/2+1) floats, z fastest; point i at x = i L / n.
/// Fourier: modes [ky_local][kx][kz], kz = 0..n/2 fastest (transposed; see for_each_mode).
///          Convention delta(x) = sum_n c_n exp(+i k_n x), so c_n is FFT / n^3.
class MeshField {
 public:
  /// Zero-filled, real state. Rank-local once the plan exists.
  MeshField(std::shared_ptr<const Plan> plan, double box_size_mpch);
  ~MeshField();
  MeshField(MeshField&&) noexcept;
  MeshField& operator=(MeshField&&) noexcept;
  MeshField(const MeshField&) = delete;
  MeshField& operator=(const MeshField&) = delete;

  [[nodiscard]] const std::shared_ptr<const Plan>& plan() const { return plan_; }
  [[nodiscard]] const par::SlabLayout& layout() const { return plan_->layout(); }
  [[nodiscard]] const par::Comm& comm() const { return plan_->layout().comm(); }
  [[nodiscard]] std::size_t n() const { return plan_->layout().n(); }
  [[nodiscard]] double box_size_mpch() const { return box_size_mpch_; }
  /// Fundamental wavenumber 2 pi / L.
  [[nodiscard]] double k_fundamental_hmpc() const;

  [[nodiscard]] bool is_real() const { return real_; }
  /// Floats per z row in real state: 2 (n/2 + 1).
  [[nodiscard]] std::size_t row_floats() const { return 2 * (n() / 2 + 1); }
  [[nodiscard]] float* data() { return buffer_; }
  [[nodiscard]] const float* data() const { return buffer_; }
  [[nodiscard]] float& value(std::size_t ix_local, std::size_t iy, std::size_t iz) {
    return buffer_[(ix_local * n() + iy) * row_floats() + iz];
  }
  [[nodiscard]] float value(std::size_t ix_local, std::size_t iy, std::size_t iz) const {
    return buffer_[(ix_local * n() + iy) * row_floats() + iz];
  }
  [[nodiscard]] std::complex<float>* modes() {
    return reinterpret_cast<std::complex<float>*>(buffer_);
  }
  [[nodiscard]] const std::complex<float>* modes() const {
    return reinterpret_cast<const std::complex<float>*>(buffer_);
  }

  void fill(float value);
  /// Zeroes the buffer and sets its state to Fourier or real, for callers that write modes or
  /// values.
  void reset_as_modes();
  void reset_as_real();

  /// c_n = FFT / n^3. Collective. @throws InternalError if already in Fourier state
  void to_modes();
  /// Inverse of to_modes. Collective.
  void to_real();

 private:
  std::shared_ptr<const Plan> plan_;
  double box_size_mpch_;
  float* buffer_ = nullptr;
  bool real_ = true;
};

}  // namespace nubox::fft
