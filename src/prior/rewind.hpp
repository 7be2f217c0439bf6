#pragma once

#include "nubox/prior/prior.hpp"

namespace nubox::prior {

/// Rewind and filter: particle-mesh steps of the massless cosmology from a_out to a*,
/// D(a*)/D(a_out) = s = R(3 h/Mpc), then R(k)/s. `plan` is of the input's lattice. Collective.
[[nodiscard]] field::Box rewind(field::Box input, const Theories& theories,
                                const RewindOptions& options,
                                const std::shared_ptr<const fft::Plan>& plan);

/// The epoch a* of the rewind: massless growth from a* to a_out is the small-scale amplitude ratio.
/// Rank-local. @throws InputError if it lies beyond the present or before the tables begin
[[nodiscard]] double rewind_epoch(const Theories& theories, double a_out);

}  // namespace nubox::prior
