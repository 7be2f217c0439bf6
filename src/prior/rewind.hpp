#pragma once

#include "nubox/prior/prior.hpp"

namespace nubox::prior {

/// Rewind and filter: particle-mesh steps of the massless cosmology from a_out to a*,
/// D(a*)/D(a_out) = s = R(epoch_k_hmpc), then R(k)/s times the gain. At equal sigma8 a* may be
/// later than a_out. n steps need n + 1 forces, of which the first is that on the input and the
/// last serves velocities alone. `shared.plan` is not null. Collective.
[[nodiscard]] field::Box rewind(field::Box input, const Theories& theories,
                                const RewindOptions& options, const Gain& gain, Shared shared,
                                Velocities velocities);

/// The epoch a* of the rewind: the massless growth D(a*)/D(a_out) equals the amplitude ratio R(k).
/// Rank-local.
/// @throws InputError if a* lies outside the massless theory, a_min() to a_max()
[[nodiscard]] double rewind_epoch(const Theories& theories, double k_hmpc, double a_out);

}  // namespace nubox::prior
