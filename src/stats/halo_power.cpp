#include "nubox/stats/density.hpp"
#include "nubox/stats/halo_clustering.hpp"

namespace nubox::stats {

Tracers halo_tracers(const Tracers& particles, const HaloCatalogue& catalogue,
                     double least_mass_msunh) {
  Catalogue own;
  const auto ranks = static_cast<std::size_t>(particles.comm().size());
  for (auto i = static_cast<std::size_t>(particles.comm().rank()); i < catalogue.haloes.size();
       i += ranks) {
    const Halo& halo = catalogue.haloes[i];
    const double mass = static_cast<double>(halo.particles) * catalogue.particle_mass_msunh;
    if (mass < least_mass_msunh) break;  // the others are lighter
    for (std::size_t c = 0; c < 3; ++c) {
      own.positions_mpch.push_back(static_cast<float>(halo.position_mpch[c]));
      if (catalogue.has_velocities) {
        own.velocities_kms.push_back(static_cast<float>(halo.velocity_kms[c]));
      }
    }
  }
  return {particles.comm(), particles.header(), std::move(own)};
}

HaloPower measure_halo_power(SharedMeshes& shared, Side side, const Tracers& haloes,
                             const MultipoleOptions& options) {
  const auto modes_of = [&](const Tracers& tracers) {
    auto modes = density_modes(tracers, shared.plan(), shared.assignment());
    if (options.interlaced) modes = interlaced_modes(modes, tracers, shared.assignment());
    return modes;
  };
  const PowerOptions power{.assignment = shared.assignment(),
                           .interlaced = options.interlaced,
                           .subtract_shot_noise = options.subtract_shot_noise,
                           .particles = static_cast<double>(haloes.total()),
                           .target_particles = static_cast<double>(shared.tracers(side).total())};
  HaloPower result;
  {
    const fft::MeshField of_haloes = modes_of(haloes);
    if (options.interlaced) {
      const fft::MeshField matter =
          interlaced_modes(shared.modes(side), shared.tracers(side), shared.assignment());
      result.power = measure_power(of_haloes, &matter, power);
    } else {
      result.power = measure_power(of_haloes, &shared.modes(side), power);
    }
  }
  for (std::size_t b = 0; b < result.power.k_hmpc.size(); ++b) {
    result.bias.push_back(result.power.p_cross[b] / result.power.p_target[b]);
  }
  if (haloes.has_velocities()) {
    result.multipoles =
        measure_multipoles(modes_of(redshift_space(haloes, options.axis)), power, options.axis);
  }
  return result;
}

}  // namespace nubox::stats
