#include "nubox/fft/mesh_field.hpp"

#include "app/bench/bench.hpp"

#include <fmt/format.h>

namespace nubox::app {

std::vector<BenchRow> bench_fft(const par::Comm& world, const config::Config& config) {
  const std::size_t n = config.size("bench.n"), repeats = config.size("bench.repeats");
  const auto plan = fft::Plan::create(world, n);
  fft::MeshField mesh(plan, 1.0);
  mesh.fill(1.0f);
  const double bytes =
      static_cast<double>(world.all_reduce(std::uint64_t{plan->buffer_floats()})) * sizeof(float);
  // A 3-D transform that cannot stay in cache reads and writes the mesh once for every axis.
  const double floor = 3 * 2 * bytes / memory_bandwidth(world, repeats);
  const std::string limit = "one pass over memory per axis";
  const double forward = fastest_seconds(world, repeats, [&] { plan->forward(mesh.data()); });
  mesh.fill(1.0f);
  const double backward = fastest_seconds(world, repeats, [&] { plan->backward(mesh.data()); });
  return {{"fft", fmt::format("forward, {}^3", n), forward, "s", limit, floor},
          {"fft", fmt::format("backward, {}^3", n), backward, "s", limit, floor}};
}

}  // namespace nubox::app
