#pragma once

#include "nubox/stats/friends.hpp"
#include "nubox/stats/tracers.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace nubox::stats {

/// Haloes: groups of friends of friends among the CDM particles.
struct HaloOptions {
  double linking_length = 0.2;  ///< in units of the mean distance of particles, L / N_p^(1/3)
  std::uint64_t least_particles = 20;
  /// log10 of the lowest and of the highest edge of the mass function, Msun/h, and their number.
  std::vector<double> log10_mass_edges{10, 16, 31};
  bool power = true;                  ///< power spectra and bias of the haloes
  double least_mass_msunh = 0;        ///< of the haloes in spectra and velocities
  double largest_distance_mpch = 30;  ///< of pairs, for their velocities
};

struct Halo {
  std::uint64_t particles = 0;
  /// Lowest number of a particle in it: the lattice site (ix N + iy) N + iz, or the place in the
  /// snapshot.
  std::uint64_t first_site = 0;
  std::array<double, 3> position_mpch{};  ///< centre of mass, in [0, L)
  std::array<double, 3> velocity_kms{};   ///< mean velocity; zero without velocities
  /// Standard deviation of the velocities about the mean along one axis: the root of a third of the
  /// mean square.
  double dispersion_kms = 0;
};

/// All haloes, replicated on every rank, by descending number of particles, then by ascending
/// first_site.
struct HaloCatalogue {
  double particle_mass_msunh = 0;
  double linking_length_mpch = 0;
  bool has_velocities = false;
  std::vector<Halo> haloes;
  /// By local particle: index of its halo, or Groups::none.
  std::vector<std::uint32_t> halo_of_particle;
};

/// Mass of a CDM particle, Msun/h: Omega_cb rho_crit V / N_p with Omega_cb = Omega_m - Omega_nu, as
/// in the snapshots of Quijote and HADES. Halo masses are N times that, without neutrinos.
/// @throws InputError for a header without density
[[nodiscard]] double particle_mass_msunh(const Tracers& tracers);

/// Sums over the members of a halo are sums of integers (positions in 2^-32 of the box relative to
/// the first member, velocities in 2^-12 km/s), so that the catalogue has the same bits for every
/// number of ranks. The centre of a group that spans more than half the box is not defined.
/// Collective.
/// @throws UsageError for a linking length of zero or of half the box or more; InputError for
///         velocities above the speed of light, or as particle_mass_msunh; agreed
[[nodiscard]] HaloCatalogue find_haloes(const Tracers& tracers, const HaloOptions& options);

/// Number of haloes by mass: bins [edge_i, edge_i+1).
struct HaloMassFunction {
  std::vector<std::uint64_t> counts;
  std::vector<double> dn_dlnm;        ///< (h/Mpc)^3
  std::vector<double> poisson_error;  ///< of dn_dlnm: sqrt(N_i) in place of N_i
};
/// Rank-local. @throws UsageError unless there are two edges and all are positive and ascending
[[nodiscard]] HaloMassFunction mass_function(const HaloCatalogue& catalogue,
                                             std::span<const double> edges_msunh,
                                             double box_size_mpch);

}  // namespace nubox::stats
