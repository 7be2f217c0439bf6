#pragma once

#include "nubox/io/attributes.hpp"

#include <cstddef>
#include <string>

namespace nubox::prior {

/// Parameters of the rewind.
struct RewindOptions {
  /// Wavenumber at which the massless box has the amplitude of the massive one at the epoch of the
  /// rewind. Non-linear structure follows the amplitude of the waves that form it: at z = 0 k = 0.2
  /// h/Mpc, near which sigma8 is measured, leaves smaller errors in T and r than 3 h/Mpc, the value
  /// of version 0.1, at equal A_s and at equal sigma8.
  double epoch_k_hmpc = 0.2;
  std::size_t steps = 0;        ///< 0: max(2, ceil(|ln s| / 0.05))
  std::size_t mesh_factor = 2;  ///< force mesh per side in units of the lattice
  /// Damping of the incoherent momenta: p = p_c + damping (p0 - p_c)
  /// with p_c smoothed by a Gaussian of this radius on the lattice; damping 1 is the plain rewind.
  double velocity_smoothing_mpch = 1;
  double velocity_damping = 1;
};

/// Attributes rewind_* of a model or box file. A prediction uses the parameters of the training.
/// Rank-local.
void write_attributes(const RewindOptions& options, io::Attributes& attributes);
/// @param source  the file with the attributes, for the error text
/// Rank-local. @throws InputError naming the attribute that is missing
[[nodiscard]] RewindOptions read_rewind_options(const io::Attributes& attributes,
                                                const std::string& source = "the model file");

}  // namespace nubox::prior
