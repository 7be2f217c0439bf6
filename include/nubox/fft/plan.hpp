#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>
#include <memory>
#include <string>

namespace nubox::fft {

/// Single-precision r2c and c2r transforms, in place, with transposed k space, of one cubic mesh of
/// n^3 points on one communicator. One plan is shared by all meshes of its size. The same values
/// give the same bits on every number of ranks. Transforms are collective. FFTW does not normalise:
/// forward followed by backward multiplies by n^3 (MeshField::to_modes divides once).
class Plan {
 public:
  /// Rank-local. @throws NumericalError if FFTW refuses the size
  [[nodiscard]] static std::shared_ptr<const Plan> create(const par::Comm& comm, std::size_t n);
  ~Plan();
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  /// x planes in real space.
  [[nodiscard]] const par::SlabLayout& layout() const { return layout_; }
  /// ky planes in k space: the same.
  [[nodiscard]] const par::Slab& ky_slab() const { return layout_.local(); }
  /// Length of a buffer in floats: the slab with padded rows.
  [[nodiscard]] std::size_t buffer_floats() const { return layout_.local().count * plane_floats(); }

  void forward(float* buffer) const;
  void backward(float* buffer) const;

 private:
  Plan(const par::Comm& comm, std::size_t n);
  [[nodiscard]] std::size_t plane_floats() const { return layout_.n() * row_floats_; }
  void plan_planes(float* scratch) const;
  struct Handles;
  par::SlabLayout layout_;
  std::size_t row_floats_;
  std::unique_ptr<Handles> handles_;
};

/// FFTW version and planner flags, for --version and provenance.
[[nodiscard]] std::string library_text();

}  // namespace nubox::fft
