#include "nubox/predict/prediction_memory.hpp"

#include "nubox/predict/predict.hpp"
#include "nubox/sim/simulation_memory.hpp"

#include <algorithm>

namespace nubox::predict {
namespace {

/// Sizes on this rank, bytes.
struct Sizes {
  double scalar = 0;   ///< one float per particle
  double vectors = 0;  ///< displacement and, where there is one, velocity
  double mesh = 0;     ///< of the lattice, padded for transforms

  Sizes(const par::SlabLayout& lattice, const BoxRequest& request) {
    const auto n = static_cast<double>(request.n);
    scalar = sizeof(float) * static_cast<double>(lattice.local().count) * n * n;
    vectors = (request.has_velocity ? 6 : 3) * scalar;
    mesh = scalar * (n + 2) / n;
  }
};

/// Stepping of the particles of one box on the force mesh.
double force_bytes(const par::Comm& comm, const BoxRequest& request,
                   const cosmology::LinearTheory& massless) {
  sim::SimulationOptions run;
  run.n = request.n;
  run.box_size_mpch = request.box_size_mpch;
  run.mesh_factor = request.rewind.mesh_factor;
  return static_cast<double>(
      sim::memory_estimate(comm, run, massless, sim::PmForce::Gradient::differences)
          .stepping_bytes);
}

double prior_bytes(const par::Comm& comm, const BoxRequest& request, const Sizes& sizes,
                   const cosmology::LinearTheory& massless) {
  if (request.prior == prior::Kind::none) return sizes.vectors;
  // Without velocities the linear filter replaces the rewind.
  if (request.prior == prior::Kind::rewind && request.has_velocity) {
    return force_bytes(comm, request, massless);
  }
  if (request.prior != prior::Kind::za) return sizes.vectors + sizes.mesh;
  // The modes of the input, and displacement and momentum with their modes.
  return sizes.vectors + 6 * sizes.scalar + 2 * sizes.mesh;
}

/// Bytes of the input channels of the network with their halo. Those that do not depend on the mass
/// are kept during all later stages.
struct Channels {
  double halo = 0;      ///< of one channel
  double of_input = 0;  ///< those that do not depend on the mass
  double of_prior = 0;

  Channels(const par::SlabLayout& lattice, const BoxRequest& request, const Sizes& sizes,
           const TilePlan& plan) {
    const double plane = static_cast<double>(sizeof(float) * request.n * request.n);
    if (lattice.local().count > 0) halo = static_cast<double>(2 * plan.slab_halo) * plane;
    // Three channels are always the displacement of the prior.
    of_input = static_cast<double>(request.network->input_channels - 3) * (sizes.scalar + halo);
    of_prior = 3 * (sizes.scalar + halo);
  }
};

}  // namespace

std::uint64_t MemoryEstimate::peak_bytes() const {
  return std::max(
      {read_bytes, features_bytes, prior_bytes, halo_bytes, network_bytes, output_bytes});
}

MemoryEstimate memory_estimate(const par::Comm& comm, const BoxRequest& request,
                               const cosmology::LinearTheory& massless) {
  const par::SlabLayout lattice(comm, request.n);
  const Sizes sizes(lattice, request);
  const auto bytes = [](double x) { return static_cast<std::uint64_t>(x); };
  const double vector = 3 * sizes.scalar;
  // The displacement of the input is kept if seams are measured, the force on it if another box
  // needs it.
  double kept = request.measures_seams ? vector : 0;
  if (request.from_snapshot && request.boxes > 1) kept += sizes.vectors;
  const bool rewinds = request.prior == prior::Kind::rewind && request.has_velocity;
  const bool keeps_force = rewinds && request.boxes > 1;
  MemoryEstimate estimate;
  // The last vector is in memory twice, as read and as field.
  estimate.read_bytes = bytes(sizes.vectors + vector);
  // force_bytes() includes the momenta, which the force does not need.
  const double force = sizes.vectors + force_bytes(comm, request, massless) - 2 * vector + vector;
  if (keeps_force) {
    kept += vector;
    estimate.features_bytes = bytes(force);
  }
  if (request.network != nullptr) {
    const TilePlan plan = plan_tiles(lattice, *request.network, request.tiles);
    const Channels channels(lattice, request, sizes, plan);
    // A channel before its halo is added, and its halo in send and receive buffers.
    const double beside = sizes.scalar + 2 * channels.halo;
    if (channels.of_input > 0) {
      estimate.features_bytes =
          bytes(std::max(force, sizes.vectors + vector + channels.of_input + beside));
    }
    kept += channels.of_input;
    const double predicted = sizes.vectors + kept + channels.of_prior;
    estimate.halo_bytes = bytes(predicted + beside);
    estimate.network_bytes = bytes(predicted + tile_bytes(*request.network, plan.tile));
  }
  estimate.prior_bytes = bytes(kept + prior_bytes(comm, request, sizes, massless));
  double output = sizes.vectors + kept;
  if (request.neutrino_mesh > 0) {
    const par::SlabLayout mesh(comm, request.neutrino_mesh);
    const auto points = static_cast<double>(request.neutrino_mesh);
    const double density =
        sizeof(float) * static_cast<double>(mesh.local().count) * points * points;
    output += vector + density * (points + 2) / points + density;
  }
  estimate.output_bytes = bytes(output);
  return estimate;
}

}  // namespace nubox::predict
