#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/lattice_field.hpp"

#include <memory>
#include <vector>

namespace nubox::stats {

/// Bins for comparisons of predicted and true boxes: nine of width 0.1 h/Mpc from 0.1 to 1.
inline constexpr double spectra_first_hmpc = 0.1;
inline constexpr double spectra_width_hmpc = 0.1;
inline constexpr std::size_t spectra_bins = 9;
[[nodiscard]] std::vector<double> spectra_centres_hmpc();

/// Spectra of a predicted box relative to the true one, by bin; NaN for bins without modes below
/// the Nyquist frequency of the lattice.
struct BoxSpectra {
  std::vector<double> transfer;     ///< T = sqrt(P_model / P_target)
  std::vector<double> correlation;  ///< r = P_cross / sqrt(P_model P_target)

  /// Mean of |T - 1| + (1 - r) over the bins with modes: errors of power and of phases. NaN if
  /// there are none.
  [[nodiscard]] double error() const;
};

/// Modes of the density of lattice particles at q + displacement (Mpc/h), on the plan's mesh, CIC.
/// Collective.
[[nodiscard]] fft::MeshField particle_modes(const std::shared_ptr<const fft::Plan>& plan,
                                            field::LatticeField displacement_mpch);

/// Compares two fields of modes from particle_modes on one mesh. Collective; equal on all ranks.
[[nodiscard]] BoxSpectra compare_boxes(const fft::MeshField& model, const fft::MeshField& target);

}  // namespace nubox::stats
