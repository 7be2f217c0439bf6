#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace nubox::stats {

/// discrete: mean over the cells whose nodes lie within the radius (inclusive; Pylians' "Top-Hat").
/// analytic: W(x) = 3 (sin x - x cos x) / x^3 in Fourier space; it can ring below zero. Do not mix
/// the two in a ratio: their variances differ by several per cent.
enum class TopHatKind { discrete, analytic };

/// Converts contrast to ratio, 1 + delta, in every cell of a real mesh. Rank-local.
void add_one(fft::MeshField& contrast);

/// A spherical top-hat filter for one mesh and any number of fields.
class TopHat {
 public:
  /// Collective. @throws UsageError unless 0 < radius < box / 2
  TopHat(std::shared_ptr<const fft::Plan> plan, double box_size_mpch, double radius_mpch,
         TopHatKind kind);

  /// rho_R / mean = 1 + delta_R in real space from the modes of delta. Collective.
  [[nodiscard]] fft::MeshField smooth_ratio(const fft::MeshField& contrast_modes) const;
  /// The same in place, in the mesh of the modes. Collective.
  void smooth_in_place(fft::MeshField& contrast_modes) const;
  /// Writes delta_R to `smoothed`, a mesh in any state. Collective.
  void smooth_contrast(const fft::MeshField& contrast_modes, fft::MeshField& smoothed) const;

  [[nodiscard]] TopHatKind kind() const { return kind_; }
  [[nodiscard]] double radius_mpch() const { return radius_mpch_; }
  /// Cells averaged over; zero for the analytic kind.
  [[nodiscard]] std::size_t cells() const { return cells_; }
  /// Radius of a sphere with the volume averaged over.
  [[nodiscard]] double effective_radius_mpch() const;

 private:
  void make_discrete_kernel();
  void make_analytic_table();

  void smooth(const fft::MeshField& modes, fft::MeshField& mesh) const;

  std::shared_ptr<const fft::Plan> plan_;
  double box_size_mpch_;
  double radius_mpch_;
  TopHatKind kind_;
  std::size_t cells_ = 0;
  std::optional<fft::MeshField> kernel_;  ///< modes of the discrete kernel
  std::vector<float> analytic_;           ///< W by |n|^2
};

}  // namespace nubox::stats
