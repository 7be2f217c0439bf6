#include "nubox/bench/limits.hpp"

#include "nubox/bench/bench.hpp"
#include "nubox/core/fastest_seconds.hpp"
#include "nubox/core/timer.hpp"
#include "nubox/fft/mesh_field.hpp"

#include <cstring>

namespace nubox::bench {

double fastest_seconds(const par::Comm& comm, std::size_t repeats,
                       const std::function<void()>& work, const std::function<void()>& prepare) {
  return nubox::fastest_seconds(repeats, [&] {
    prepare();
    comm.barrier();
    const Stopwatch watch;
    work();
    return comm.all_reduce(watch.seconds(), par::Reduction::max);
  });
}

TransformSeconds transform_seconds(const std::shared_ptr<const fft::Plan>& plan,
                                   std::size_t repeats) {
  fft::MeshField mesh(plan, 1.0);  // zeros, so that repeated transforms do not overflow
  TransformSeconds seconds;
  seconds.forward = fastest_seconds(mesh.comm(), repeats, [&] { plan->forward(mesh.data()); });
  seconds.backward = fastest_seconds(mesh.comm(), repeats, [&] { plan->backward(mesh.data()); });
  return seconds;
}

double memory_bandwidth(const par::Comm& comm, std::size_t repeats) {
  constexpr std::size_t bytes = std::size_t{128} << 20;  // much larger than the caches of a core
  std::vector<char> from(bytes, 1), to(bytes, 0);
  const double seconds =
      fastest_seconds(comm, repeats, [&] { std::memcpy(to.data(), from.data(), bytes); });
  return 2 * static_cast<double>(bytes) * comm.size() / seconds;
}

}  // namespace nubox::bench
