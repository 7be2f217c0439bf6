#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <vector>

/// Message times and clock offsets between ranks, measured with point-to-point messages.
namespace nubox::par {

/// Seconds that a message of `bytes` takes one way: half of the fastest of `repeats` round trips
/// between this rank and `partner`, which has to call this with this rank as partner. Both get the
/// same number. A rank that is its own partner gets 0.
[[nodiscard]] double message_seconds(const Comm& comm, int partner, std::size_t bytes,
                                     std::size_t repeats);

/// Wall clock of a rank minus that of rank 0, with its uncertainty: half of the round trip of the
/// measurement (Cristian 1989, Distributed Computing 3, 146).
struct ClockOffset {
  double seconds = 0;
  double uncertainty_s = 0;
};

/// Clock offsets of all ranks in rank order, each from the fastest of `repeats` round trips.
/// Collective.
[[nodiscard]] std::vector<ClockOffset> clock_offsets(const Comm& comm, std::size_t repeats);

}  // namespace nubox::par
