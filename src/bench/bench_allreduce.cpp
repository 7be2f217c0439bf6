#include "nubox/bench/limits.hpp"
#include "nubox/bench/network_components.hpp"
#include "nubox/train/reduction_speed.hpp"

#include <fmt/format.h>

namespace nubox::bench {

std::vector<Row> measure_allreduce(const par::Comm& world, const Options& options,
                                   train::GradientBackend backend) {
  std::vector<Row> rows;
  for (const net::NetworkKind kind : {net::NetworkKind::d3m, net::NetworkKind::vnet}) {
    const train::ReductionSpeed speed = train::measure_reduction(
        world, net::default_architecture(kind), backend, [&](const std::function<void()>& work) {
          return fastest_seconds(world, options.repeats, work);
        });
    rows.push_back({"allreduce",
                    fmt::format("gradients of {}, {:.3g} MB in {} buckets, {}", net::name_of(kind),
                                1e-6 * speed.bytes, speed.buckets, speed.backend),
                    1e3 * speed.bucket_seconds, "ms", "one plain call of the same size",
                    1e3 * speed.plain_seconds});
  }
  return rows;
}

}  // namespace nubox::bench
