#include "nubox/sim/simulation_memory.hpp"

#include "nubox/core/units.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/par/slab.hpp"
#include "nubox/sim/p3m_force.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace nubox::sim {
namespace {

/// Linear displacement along one axis, rms, at a_out: sqrt(int P dk / (6 pi^2)) over the modes of
/// the box.
double displacement_rms_mpch(const SimulationOptions& options,
                             const cosmology::LinearTheory& theory) {
  constexpr int intervals = 64;
  const double k_first = 2 * units::pi / options.box_size_mpch;
  const double width = std::log(static_cast<double>(options.n) / 2) / intervals;
  double sum = 0;
  for (int i = 0; i < intervals; ++i) {
    const double k = k_first * std::exp((i + 0.5) * width);
    sum += width * k * theory.power_cb(k, theory.a_out());
  }
  return std::sqrt(sum / (6 * units::pi * units::pi));
}

/// Fraction of the particles that are sent to another rank, for Gaussian displacements and slabs of
/// the thickness of this rank.
double routed_share(const par::SlabLayout& layout, const SimulationOptions& options,
                    const cosmology::LinearTheory& theory) {
  if (layout.comm().size() == 1 || layout.local().count == 0) return 0;
  const double thickness_mpch = options.box_size_mpch * static_cast<double>(layout.local().count) /
                                static_cast<double>(layout.n());
  const double mean_mpch = std::sqrt(2 / units::pi) * displacement_rms_mpch(options, theory);
  return std::min(1.0, mean_mpch / thickness_mpch);
}

/// Bytes of one plane of a padded mesh.
double plane_bytes(const par::SlabLayout& layout) {
  const auto n = static_cast<double>(layout.n());
  return sizeof(float) * n * (n + 2);
}

/// Bytes of this rank's slab of a padded mesh.
double mesh_bytes(const par::SlabLayout& layout) {
  return static_cast<double>(layout.local().count) * plane_bytes(layout);
}

}  // namespace

std::uint64_t MemoryEstimate::peak_bytes() const {
  return std::max({initial_conditions_bytes, stepping_bytes, output_bytes});
}

MemoryEstimate memory_estimate(const par::Comm& comm, const SimulationOptions& options,
                               const cosmology::LinearTheory& theory, PmForce::Gradient gradient) {
  const par::SlabLayout lattice(comm, options.n), mesh(comm, options.mesh_factor * options.n);
  const double n = static_cast<double>(options.n);
  const double particles = static_cast<double>(lattice.local().count) * n * n;
  constexpr double vector_bytes = 3 * sizeof(float);
  const double orders = vector_bytes * options.lpt_order;
  const double frame = options.stepping == Stepping::cola ? orders : 0;
  const double state = 2 * vector_bytes;

  // Density modes and a work mesh, in addition to orders (psi1 becomes the displacement) and
  // momentum.
  const double initial = particles * (frame + orders + vector_bytes) + 2 * mesh_bytes(lattice);
  // Positions; those sent to other ranks as received, and their positions or forces in a send and a
  // receive buffer. In addition to the meshes a table over |n|^2 (three quarters of a plane) and,
  // with several ranks, ghosts in send and receive buffers: a plane, or the five of differences.
  const bool differences = gradient == PmForce::Gradient::differences;
  const double route =
      vector_bytes * (1 + (differences ? 3 : 2) * routed_share(lattice, options, theory));
  const double ghosts = comm.size() > 1 ? (differences ? 10 : 2) : 0;
  const double meshes =
      (differences ? 1 : 2) * mesh_bytes(mesh) + (0.75 + ghosts) * plane_bytes(mesh);
  // Pair forces are computed after those of the mesh, when its particles are freed. Positions, also
  // in send or receive buffers; positions sorted, with index, with the ghosts within the cut-off;
  // forces, also as received; values of one axis.
  double pairs = 0;
  if (options.gravity == Gravity::p3m) {
    const double reach =
        P3mForce::split_of(mesh.n(), options.box_size_mpch, softening_mpch(options)).cutoff_mpch;
    const double across = 1 + 2 * reach / options.box_size_mpch;
    const double thickness = options.box_size_mpch / comm.size();
    const double with_ghosts = across * across * (1 + 2 * reach / thickness);
    pairs = 2 * vector_bytes + (vector_bytes + sizeof(float)) * with_ghosts +
            vector_bytes * (with_ghosts / (across * across)) + vector_bytes;
  }
  const double stepping = particles * (frame + state + std::max(route, pairs)) + meshes;
  const double output = particles * (frame + (options.redshifts.size() > 1 ? 2 : 1) * state);
  const auto bytes = [](double x) { return static_cast<std::uint64_t>(x); };
  return {bytes(initial), bytes(stepping), bytes(output)};
}

void require_memory(const par::Comm& comm, const SimulationOptions& options,
                    const cosmology::LinearTheory& theory) {
  par::require_memory(comm, memory_estimate(comm, options, theory).peak_bytes(),
                      fmt::format("a run of {}^3 particles on a force mesh of {}^3", options.n,
                                  options.mesh_factor * options.n));
}

}  // namespace nubox::sim
