#pragma once

#include "nubox/stats/haloes.hpp"
#include "nubox/stats/multipoles.hpp"
#include "nubox/stats/shared_meshes.hpp"

#include <span>
#include <vector>

namespace nubox::stats {

/// The haloes of a catalogue that are `least_mass_msunh` or heavier, as tracers with positions and
/// mean velocities; each rank has a share. Collective.
[[nodiscard]] Tracers halo_tracers(const Tracers& particles, const HaloCatalogue& catalogue,
                                   double least_mass_msunh);

/// Clustering of haloes in the bins of PowerTable. All haloes count alike.
struct HaloPower {
  PowerTable power;           ///< p_model: haloes, p_target: particles, p_cross: both
  std::vector<double> bias;   ///< p_cross / p_target, without shot noise
  MultipoleTable multipoles;  ///< of the haloes in redshift space; empty without velocities
};

/// Spectra of haloes, on the mesh and with the assignment of the run. `options` are those of
/// redshift space; the interlacing holds for the haloes' own spectra as well. Collective.
[[nodiscard]] HaloPower measure_halo_power(SharedMeshes& shared, Side side, const Tracers& haloes,
                                           const MultipoleOptions& options);

/// Mean relative velocity of pairs along their separation, negative for infall, in bins
/// [edge_i, edge_i+1) of their distance.
struct PairwiseVelocity {
  std::vector<std::uint64_t> pairs;
  std::vector<double> mean_kms;        ///< <(v_2 - v_1) . r / |r|>; NaN in a bin without pairs
  std::vector<double> dispersion_kms;  ///< standard deviation about the mean
};

/// All pairs of haloes, periodic. Sums are sums of integers (2^-12 km/s), the same on every number
/// of ranks. Pairs at one place have no direction and are left out. Collective.
/// @throws UsageError (agreed) for edges that do not ascend from 0 to below half the box
[[nodiscard]] PairwiseVelocity pairwise_velocity(const par::Comm& comm,
                                                 const HaloCatalogue& catalogue,
                                                 double least_mass_msunh, double box_size_mpch,
                                                 std::span<const double> edges_mpch);

}  // namespace nubox::stats
