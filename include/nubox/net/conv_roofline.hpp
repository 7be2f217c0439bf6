#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <cstddef>

namespace nubox::net {

/// Lower limit of the seconds of a network evaluation: those of the convolutions of one tile alone,
/// each with inputs in the layout and type in which it is fastest. The fastest of `repeats` for
/// each convolution, the sum of the slowest rank. On the device and with the threads of a network.
/// Collective.
[[nodiscard]] double convolution_seconds(const par::Comm& comm, const Architecture& architecture,
                                         const Extent& tile, Precision precision,
                                         std::size_t repeats);

/// The same for a training step with a batch of tiles: forward, gradients of all weights, and
/// gradients of all inputs but those of the network.
[[nodiscard]] double training_convolution_seconds(const par::Comm& comm,
                                                  const Architecture& architecture,
                                                  const Extent& tile, std::size_t batch,
                                                  Precision precision, std::size_t repeats);

}  // namespace nubox::net
