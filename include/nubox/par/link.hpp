#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <vector>

/// What lies between two ranks, as plain messages see it.
namespace nubox::par {

/// Seconds that a message of `bytes` takes one way: half of the fastest of `repeats` round trips
/// between this rank and `partner`, which must name this rank in turn. Both get the same number.
/// A rank that is its own partner takes no part and gets 0.
[[nodiscard]] double message_seconds(const Comm& comm, int partner, std::size_t bytes,
                                     std::size_t repeats);

/// A rank's wall clock minus rank 0's, and how far that may be off: half of the round trip by which
/// it was found (Cristian 1989, Distributed Computing 3, 146).
struct ClockOffset {
  double seconds = 0;
  double uncertainty_s = 0;
};

/// Of every rank, in rank order, by the fastest of `repeats` round trips each. Collective.
[[nodiscard]] std::vector<ClockOffset> clock_offsets(const Comm& comm, std::size_t repeats);

}  // namespace nubox::par
