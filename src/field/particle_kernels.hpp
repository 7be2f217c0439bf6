#pragma once

#include "nubox/field/particle_positions.hpp"
#include "nubox/field/particle_route.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/par/slab.hpp"

#include "field/assignment_kernel.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

/// Painting and reading of a mesh slab by particles. Rank-local.
namespace nubox::field {

/// Slab-relative plane of particles that are owned by another rank.
constexpr std::uint32_t remote = std::numeric_limits<std::uint32_t>::max();

/// Tables of quantities that depend on the mesh node alone, so that they are not computed per
/// particle. A particle is owned by the rank that holds its lowest plane, node - back.
struct NodeTables {
  std::vector<std::uint32_t> wrapped;      ///< [node + j] -> index of node - back + j on the mesh
  std::vector<std::uint32_t> local_plane;  ///< [node] -> plane of the slab, or remote
  std::vector<std::size_t> owner;          ///< [node] -> rank

  NodeTables(const par::SlabLayout& mesh, std::size_t order) {
    const std::size_t n = mesh.n(), back = (order - 1) / 2;
    for (std::size_t i = 0; i < n + order; ++i) {
      wrapped.push_back(static_cast<std::uint32_t>(haloed_start(i % n, back, n)));
    }
    for (std::size_t node = 0; node <= n; ++node) {
      const std::size_t lowest = wrapped[node];
      const bool here = mesh.local().contains(lowest);
      local_plane.push_back(here ? static_cast<std::uint32_t>(lowest - mesh.local().start)
                                 : remote);
      owner.push_back(static_cast<std::size_t>(mesh.owner(lowest)));
    }
  }
};

/// A mesh slab with its ghost planes, as used by the kernels. Float is float or const float.
template <class Float>
struct MeshView {
  std::vector<Float*> planes;
  std::size_t n;
  std::size_t row_floats;
};

/// Nodes and weights of one particle along the axes; its node in x is the caller's.
template <std::size_t order>
struct ParticleWeights {
  float x[order], y[order], z[order];
  std::size_t y_node, z_node;

  ParticleWeights(float x_fraction, const ParticlePosition& particle, std::size_t n) {
    using Kernel = AssignmentKernel<order>;
    const CellPosition in_y = Kernel::locate(particle.y, n), in_z = Kernel::locate(particle.z, n);
    y_node = in_y.node;
    z_node = in_z.node;
    Kernel::weights(x_fraction, x);
    Kernel::weights(in_y.fraction, y);
    Kernel::weights(in_z.fraction, z);
  }
};

/// Calls visit(node value, weight) for the order^3 nodes of a particle whose lowest plane is here.
template <std::size_t order, class Float, class Visit>
inline void visit_nodes(const MeshView<Float>& mesh, const NodeTables& tables, std::uint32_t plane,
                        float x_fraction, const ParticlePosition& particle, Visit&& visit) {
  const ParticleWeights<order> w(x_fraction, particle, mesh.n);
  const std::uint32_t* z_nodes = tables.wrapped.data() + w.z_node;
  for (std::size_t i = 0; i < order; ++i) {
    for (std::size_t j = 0; j < order; ++j) {
      Float* row = mesh.planes[plane + i] + tables.wrapped[w.y_node + j] * mesh.row_floats;
      const float weight = w.x[i] * w.y[j];
      for (std::size_t k = 0; k < order; ++k) visit(row[z_nodes[k]], weight * w.z[k]);
    }
  }
}

/// Calls deposit(node value, weight) for every node of every particle owned here.
template <std::size_t order, class Deposit>
void paint_particles(const MeshView<float>& mesh, const NodeTables& tables,
                     std::span<const ParticlePosition> particles, Deposit&& deposit) {
  for (const ParticlePosition& particle : particles) {
    const CellPosition x = AssignmentKernel<order>::locate(particle.x, mesh.n);
    const std::uint32_t plane = tables.local_plane[x.node];
    if (plane == remote) continue;
    visit_nodes<order>(mesh, tables, plane, x.fraction, particle, deposit);
  }
}

/// values[p] = at(plane, x fraction, particle) of every particle owned here, `plane` being its
/// lowest one; for the others absent(owner rank) is called.
template <std::size_t order, class Value, class Read, class Absent>
void read_particles(const NodeTables& tables, std::size_t n,
                    std::span<const ParticlePosition> particles, Value* values, Read&& at,
                    Absent&& absent) {
  for (const ParticlePosition& particle : particles) {
    const CellPosition x = AssignmentKernel<order>::locate(particle.x, n);
    const std::uint32_t plane = tables.local_plane[x.node];
    *values++ = plane == remote ? absent(tables.owner[x.node]) : at(plane, x.fraction, particle);
  }
}

/// Nodes of the four-point difference beyond those of a kernel, on each side.
constexpr std::size_t difference_reach = 2;

/// Weights of the four-point difference (8 (f1 - f-1) - (f2 - f-2)) / 12, per cell, of values that
/// are assigned with the weights w.
template <std::size_t order>
std::array<float, order + 2 * difference_reach> difference_weights(const float (&w)[order]) {
  constexpr std::array<float, 5> difference = {1.0F / 12, -8.0F / 12, 0, 8.0F / 12, -1.0F / 12};
  std::array<float, order + 2 * difference_reach> weights{};
  for (std::size_t i = 0; i < order; ++i) {
    for (std::size_t j = 0; j < difference.size(); ++j) weights[i + j] += w[i] * difference[j];
  }
  return weights;
}

/// Differences of the mesh along the axes, per cell, at a particle whose lowest plane is here.
/// @param mesh    with difference_reach planes before those of the slab
/// @param tables  of order + 2 difference_reach nodes
/// @param plane   of the slab: the lowest one of the assignment
template <std::size_t order>
inline ParticleRoute::Differences read_differences(const MeshView<const float>& mesh,
                                                   const NodeTables& tables, std::size_t plane,
                                                   float x_fraction,
                                                   const ParticlePosition& particle) {
  constexpr std::size_t reach = difference_reach, nodes = order + 2 * reach;
  const ParticleWeights<order> w(x_fraction, particle, mesh.n);
  const auto dx = difference_weights(w.x), dy = difference_weights(w.y),
             dz = difference_weights(w.z);
  const std::uint32_t* z_nodes = tables.wrapped.data() + w.z_node;
  ParticleRoute::Differences sum{};
  for (std::size_t i = 0; i < nodes; ++i) {
    const bool x_node = i >= reach && i < reach + order;
    for (std::size_t j = 0; j < nodes; ++j) {
      const bool y_node = j >= reach && j < reach + order;
      if (!x_node && !y_node) continue;
      const float* row = mesh.planes[plane + i] + tables.wrapped[w.y_node + j] * mesh.row_floats;
      float value = 0;
      for (std::size_t k = 0; k < order; ++k) value += w.z[k] * row[z_nodes[reach + k]];
      if (y_node) sum[0] += dx[i] * w.y[j - reach] * value;
      if (x_node) sum[1] += w.x[i - reach] * dy[j] * value;
      if (!x_node || !y_node) continue;
      float difference = 0;
      for (std::size_t k = 0; k < nodes; ++k) difference += dz[k] * row[z_nodes[k]];
      sum[2] += w.x[i - reach] * w.y[j - reach] * difference;
    }
  }
  return sum;
}

}  // namespace nubox::field
