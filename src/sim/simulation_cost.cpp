#include "nubox/sim/simulation_cost.hpp"

#include "nubox/field/box.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/sim/simulation_memory.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::sim {
namespace {

/// Time of one core per particle and step, microseconds: a constant part and the transforms of the
/// mesh. Measured with force meshes of 2N and 6N points per side.
double step_us(std::size_t mesh_factor) {
  return 0.15 + 0.2 * std::pow(static_cast<double>(mesh_factor) / 2, 3);
}

}  // namespace

double output_bytes(const SimulationOptions& options, std::size_t boxes) {
  return field::box_bytes(options.n) * static_cast<double>(boxes * options.redshifts.size());
}

RunCost simulation_cost(const par::Comm& comm, const SimulationOptions& options,
                        const cosmology::LinearTheory& theory, std::size_t boxes) {
  const double us = step_us(options.mesh_factor);
  const auto n = static_cast<double>(options.n);
  return {
      .rank_bytes = memory_estimate(comm, options, theory).peak_bytes() + par::library_buffer_bytes,
      .core_seconds = 1e-6 * us * n * n * n * static_cast<double>(options.steps * boxes),
      .speed = fmt::format("{} us per particle and step of {} boxes", us, boxes),
      .file_bytes = output_bytes(options, boxes)};
}

}  // namespace nubox::sim
