#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>

namespace nubox::net {

/// The limit of an evaluation: seconds that the convolutions of one tile take by themselves, each
/// on inputs that stand ready in the layout and type it likes best; the fastest of `repeats` each,
/// the slowest rank. On the device and threads that a network would use. Collective.
[[nodiscard]] double convolution_seconds(const par::Comm& comm, const Architecture& architecture,
                                         const Extent& tile, Precision precision,
                                         std::size_t repeats);

/// The same of a training step: of a batch of tiles, forward and the gradients of all weights and,
/// after the first convolution, of the inputs.
[[nodiscard]] double training_convolution_seconds(const par::Comm& comm,
                                                  const Architecture& architecture,
                                                  const Extent& tile, std::size_t batch,
                                                  Precision precision, std::size_t repeats);

}  // namespace nubox::net
