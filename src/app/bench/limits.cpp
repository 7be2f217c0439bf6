#include "nubox/core/log.hpp"
#include "nubox/core/timer.hpp"

#include "app/bench/bench.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace nubox::app {

double fastest_seconds(const par::Comm& comm, std::size_t repeats,
                       const std::function<void()>& work) {
  double fastest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < repeats; ++i) {
    comm.barrier();
    const Stopwatch watch;
    work();
    fastest = std::min(fastest, comm.all_reduce(watch.seconds(), par::Reduction::max));
    log::beat();
  }
  return fastest;
}

double memory_bandwidth(const par::Comm& comm, std::size_t repeats) {
  constexpr std::size_t bytes = std::size_t{128} << 20;  // well beyond the caches of a core
  std::vector<char> from(bytes, 1), to(bytes, 0);
  const double seconds =
      fastest_seconds(comm, repeats, [&] { std::memcpy(to.data(), from.data(), bytes); });
  return 2 * static_cast<double>(bytes) * comm.size() / seconds;
}

}  // namespace nubox::app
