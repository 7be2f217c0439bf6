#pragma once

#include "nubox/prior/prior.hpp"

namespace nubox::prior {

/// Rewind and filter: particle-mesh steps of the massless cosmology from a_out to a*,
/// D(a*)/D(a_out) = s = R(3 h/Mpc), then R(k)/s times the gain. n steps need n + 1 forces, of which
/// the first is that on the input and the last serves velocities alone. `shared.plan` is not null.
/// Collective.
[[nodiscard]] field::Box rewind(field::Box input, const Theories& theories,
                                const RewindOptions& options, const Gain& gain, Shared shared,
                                Velocities velocities);

/// The epoch a* of the rewind: the massless growth D(a*)/D(a_out) equals the small-scale amplitude
/// ratio. Rank-local. @throws InputError if a* is later than today or earlier than the tables
[[nodiscard]] double rewind_epoch(const Theories& theories, double a_out);

}  // namespace nubox::prior
