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

/// The share of the pair forces, whose number of pairs follows the volume within the cut-off.
/// Measured at 64^3 and 128^3, z = 49 to 0, mesh 2N: 0.7 to 1.4 on a processor with AVX-512.
double pair_us(std::size_t mesh_factor) {
  return std::pow(2 / static_cast<double>(mesh_factor), 3);
}

/// Steps of a run. Those that follow the largest acceleration are as many as a run of 64^3
/// particles in 125 Mpc/h took (803 steps), scaled with the step of equal acceleration.
double steps_of(const SimulationOptions& options) {
  if (options.accuracy == 0) return static_cast<double>(options.steps);
  constexpr double measured = 803, accuracy = 0.025, softening = 0.0651;
  return measured * std::sqrt(accuracy * softening / (options.accuracy * softening_mpch(options)));
}

}  // namespace

double output_bytes(const SimulationOptions& options, std::size_t boxes) {
  return field::box_bytes(options.n) * static_cast<double>(boxes * options.redshifts.size());
}

RunCost simulation_cost(const par::Comm& comm, const SimulationOptions& options,
                        const cosmology::LinearTheory& theory, std::size_t boxes) {
  const double us = step_us(options.mesh_factor) +
                    (options.gravity == Gravity::p3m ? pair_us(options.mesh_factor) : 0);
  const auto n = static_cast<double>(options.n);
  return {
      .rank_bytes = memory_estimate(comm, options, theory).peak_bytes() + par::library_buffer_bytes,
      .core_seconds = 1e-6 * us * n * n * n * steps_of(options) * static_cast<double>(boxes),
      .speed = fmt::format("{} us per particle and step of {} boxes", us, boxes),
      .file_bytes = output_bytes(options, boxes)};
}

}  // namespace nubox::sim
