#pragma once

#include "nubox/core/log.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

namespace nubox {

/// Smallest of several durations: other work on the machine only makes them longer. A beat for the
/// watchdog follows each of them.
///
/// @param repeats  number of durations; without any the result is infinite
/// @param measure  does the work once and returns its seconds
template <class Measure>
[[nodiscard]] double fastest_seconds(std::size_t repeats, const Measure& measure) {
  double fastest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < repeats; ++i) {
    fastest = std::min(fastest, measure());
    log::beat();
  }
  return fastest;
}

}  // namespace nubox
