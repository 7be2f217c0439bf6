#include "nubox/bench/bench.hpp"
#include "nubox/bench/limits.hpp"

#include <fmt/format.h>

namespace nubox::bench {

std::vector<Row> measure_fft(const par::Comm& world, const Options& options) {
  const std::size_t n = options.n, repeats = options.repeats;
  const auto plan = fft::Plan::create(world, n);
  const double bytes =
      static_cast<double>(world.all_reduce(std::uint64_t{plan->buffer_floats()})) * sizeof(float);
  // A transform of a mesh larger than the caches reads and writes it once per axis.
  const double limit_seconds = 3 * 2 * bytes / memory_bandwidth(world, repeats);
  const std::string limit = "one pass over memory per axis";
  const TransformSeconds seconds = transform_seconds(plan, repeats);
  return {{"fft", fmt::format("forward, {}^3", n), seconds.forward, "s", limit, limit_seconds},
          {"fft", fmt::format("backward, {}^3", n), seconds.backward, "s", limit, limit_seconds}};
}

}  // namespace nubox::bench
