#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace nubox::fft {

/// Single-precision r2c and c2r transforms, in place, with transposed k space, of one cubic mesh of
/// n^3 points on one communicator. Made once, shared by all meshes of that size. The same values
/// give the same bits on every number of ranks.
/// Creation, execution and destruction are collective. FFTW does not normalise: forward followed by
/// backward multiplies by n^3 (MeshField::to_modes divides once).
class Plan {
 public:
  /// Collective. @throws NumericalError if FFTW refuses the size
  [[nodiscard]] static std::shared_ptr<const Plan> create(const par::Comm& comm, std::size_t n);
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  [[nodiscard]] const par::SlabLayout& layout() const { return layout_; }  ///< x planes, real space
  [[nodiscard]] const par::Slab& ky_slab() const { return ky_slab_; }      ///< ky planes, k space
  /// Floats that a buffer must hold: what the transposition needs exceeds the padded slab on some
  /// ranks.
  [[nodiscard]] std::size_t buffer_floats() const { return buffer_floats_; }

  void forward(float* buffer) const;
  void backward(float* buffer) const;

 private:
  Plan(const par::Comm& comm, std::size_t n);
  void plan_planes(float* scratch) const;
  void plan_transposition(float* scratch) const;
  struct Handles;
  par::SlabLayout layout_;
  par::Slab ky_slab_;
  std::size_t plane_floats_;
  std::size_t buffer_floats_ = 0;
  std::unique_ptr<Handles> handles_;
};

/// FFTW version and planner flags, for --version and provenance.
[[nodiscard]] std::string library_text();

}  // namespace nubox::fft
