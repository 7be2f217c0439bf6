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
  return static_cast<double>(sim::memory_estimate(comm, run, massless).stepping_bytes);
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

/// Bytes of the input channels of the network. Those that do not depend on the mass are kept during
/// all later stages.
struct Channels {
  double of_input = 0;  ///< those that do not depend on the mass
  double all = 0;

  Channels(const net::Architecture& network, const Sizes& sizes) {
    // Three channels are always the displacement of the prior.
    all = static_cast<double>(network.input_channels) * sizes.scalar;
    of_input = all - 3 * sizes.scalar;
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
  // The displacement of the input is kept if seams are measured.
  double kept = request.measures_seams ? vector : 0;
  MemoryEstimate estimate;
  // The last vector is in memory twice, as read and as field.
  estimate.read_bytes = bytes(sizes.vectors + vector);
  if (request.network != nullptr) {
    const Channels channels(*request.network, sizes);
    if (channels.of_input > 0) {
      // force_bytes() includes the momenta, which the force does not need.
      estimate.features_bytes = bytes(sizes.vectors + channels.of_input - 2 * vector +
                                      force_bytes(comm, request, massless));
    }
    kept += channels.of_input;
    const TilePlan plan = plan_tiles(lattice, *request.network, request.tiles);
    const double plane = static_cast<double>(sizeof(float) * request.n * request.n);
    const double halo =
        lattice.local().count == 0
            ? 0
            : static_cast<double>(2 * request.network->input_channels * plan.slab_halo) * plane;
    const double slab = channels.all + halo;
    // The displacement of the prior and its bulk flow are copied to make the channels; the slab
    // with halo is filled while the halo is also in the send and receive buffers.
    const double predicted = sizes.vectors + kept;
    estimate.halo_bytes =
        bytes(predicted + std::max(2 * vector + channels.all, channels.all + slab + 2 * halo));
    estimate.network_bytes = bytes(predicted + slab + tile_bytes(*request.network, plan.tile));
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
