#include "nubox/core/log.hpp"
#include "nubox/stats/halo_matches.hpp"
#include "nubox/stats/pdf.hpp"

#include "stats/halo_clustering_table.hpp"
#include "stats/table_group.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

void write_catalogue(const HaloCatalogue& catalogue, const std::string& side,
                     io::TableFile& table) {
  std::vector<double> mass, position, velocity, dispersion;
  std::vector<std::uint64_t> particles, first_site;
  for (const Halo& halo : catalogue.haloes) {
    mass.push_back(static_cast<double>(halo.particles) * catalogue.particle_mass_msunh);
    particles.push_back(halo.particles);
    first_site.push_back(halo.first_site);
    position.insert(position.end(), halo.position_mpch.begin(), halo.position_mpch.end());
    velocity.insert(velocity.end(), halo.velocity_kms.begin(), halo.velocity_kms.end());
    dispersion.push_back(halo.dispersion_kms);
  }
  const std::size_t n = catalogue.haloes.size();
  // Written even if empty: a box without haloes has an empty catalogue.
  const std::string name = "haloes/catalogue_" + side;
  io::Attributes& attributes = table.group_attributes[name];
  attributes["haloes"] = static_cast<std::int64_t>(n);
  attributes["particle_mass_msunh"] = catalogue.particle_mass_msunh;
  table.arrays[name + "/mass"] = {{n}, std::move(mass), "Msun/h", "particles times their mass"};
  table.arrays[name + "/particles"] = {{n}, std::move(particles), "", "particles of the halo"};
  table.arrays[name + "/first_site"] = {
      {n}, std::move(first_site), "", "lowest number of a particle: (ix n + iy) n + iz"};
  table.arrays[name + "/position"] = {{n, 3}, std::move(position), "Mpc/h", "centre of mass"};
  if (!catalogue.has_velocities) return;
  table.arrays[name + "/velocity"] = {{n, 3}, std::move(velocity), "km/s", "mean velocity"};
  table.arrays[name + "/dispersion"] = {
      {n}, std::move(dispersion), "km/s", "standard deviation of velocities along one axis"};
}

void write_matches(const std::vector<HaloMatch>& matches, const HaloMatchErrors& errors,
                   io::TableFile& table) {
  std::vector<std::uint64_t> model, target, shared;
  for (const HaloMatch& match : matches) {
    model.push_back(match.model);
    target.push_back(match.target);
    shared.push_back(match.shared);
  }
  const std::size_t n = matches.size();
  const std::string name = "haloes/catalogue_matches";
  table.group_attributes[name]["matches"] = static_cast<std::int64_t>(n);
  table.arrays[name + "/model"] = {{n}, std::move(model), "", "row in catalogue_model"};
  table.arrays[name + "/target"] = {{n}, std::move(target), "", "row in catalogue_target"};
  table.arrays[name + "/shared"] = {{n}, std::move(shared), "", "Lagrangian sites in both haloes"};
  TableGroup group(table, "haloes");
  group.add("matches", errors.matches, "", "matched haloes by mass of the target's halo");
  group.add("match_fraction", errors.fraction, "", "matched haloes / haloes of the target");
  group.add("match_mass_ratio", errors.mass_ratio_mean, "", "mean of M_model / M_target");
  group.add("match_mass_scatter", errors.mass_ratio_scatter, "",
            "standard deviation of M_model / M_target");
  group.add("match_position_rms", errors.position_rms_mpch, "Mpc/h",
            "rms distance of the centres of mass");
  group.add("match_velocity_rms", errors.velocity_rms_kms, "km/s",
            "rms length of the difference of the mean velocities");
}

void describe(const HaloOptions& options, TableGroup& group) {
  io::Attributes& attributes = group.attributes();
  attributes["finder"] = "friends of friends, pairs at d <= linking length, periodic";
  attributes["linking_length"] = options.linking_length;
  attributes["least_particles"] = static_cast<std::int64_t>(options.least_particles);
  attributes["mass_rule"] =
      "number of particles times Omega_cb rho_crit V / N_p: cold dark matter and baryons, without "
      "neutrinos";
  attributes["bin_rule"] = "edge_i <= M < edge_i+1; dn/dlnM = N / (V ln(edge_i+1 / edge_i))";
  attributes["match_rule"] =
      "haloes with more Lagrangian sites in common than either has with any other";
}

void measure(const HaloOptions& options, const MultipoleOptions& redshift_space,
             SharedMeshes& shared, io::TableFile& table) {
  const double box = shared.box_size_mpch();
  const auto edges = logarithmic_edges(options.log10_mass_edges[0], options.log10_mass_edges[1],
                                       static_cast<std::size_t>(options.log10_mass_edges[2]));
  TableGroup group(table, "haloes");
  group.add("mass_edges", edges, "Msun/h", "edges of the bins, lower edge included");
  std::vector<HaloCatalogue> found;
  std::vector<HaloMassFunction> functions;
  for (const Side side : shared.sides()) {
    const std::string name = name_of(side);
    found.push_back(find_haloes(shared.tracers(side), options));
    functions.push_back(mass_function(found.back(), edges, box));
    log::info("{}: {} haloes of {} particles or more", name, found.back().haloes.size(),
              options.least_particles);
    write_catalogue(found.back(), name, table);
    group.add("counts_" + name, functions.back().counts, "", "haloes in the bin");
    group.add("hmf_" + name, functions.back().dn_dlnm, "(h/Mpc)^3",
              "halo mass function dn/dlnM of the " + name);
    group.add("hmf_error_" + name, functions.back().poisson_error, "(h/Mpc)^3",
              "Poisson error of dn/dlnM");
  }
  describe(options, group);
  group.attributes()["linking_length_mpch"] = found[0].linking_length_mpch;
  if (options.power) add_halo_clustering(shared, found, options, redshift_space, table);
  if (!shared.has_target()) return;
  group.add("hmf_ratio", ratio_of(functions[0].dn_dlnm, functions[1].dn_dlnm), "",
            "hmf_model / hmf_target");
  const bool lattices = shared.tracers(Side::model).lattice() != nullptr &&
                        shared.tracers(Side::target).lattice() != nullptr;
  if (!lattices) {
    log::info("haloes are not matched: snapshots have no Lagrangian sites (see nubox import)");
    return;
  }
  const auto matches = match_haloes(shared.comm(), found[0], found[1]);
  write_matches(matches, match_errors(found[0], found[1], matches, edges, box), table);
}

void check(const HaloOptions& options) {
  if (!(options.linking_length > 0)) {
    throw UsageError("haloes.linking_length = {} has to be above 0", options.linking_length);
  }
  const auto& edges = options.log10_mass_edges;
  if (edges.size() != 3 || !(edges[0] < edges[1]) || !(edges[2] >= 2) ||
      edges[2] != std::floor(edges[2])) {
    throw UsageError(
        "haloes.mass_edges needs log10 of the lowest and of the highest edge and their number, for "
        "example 10,16,31");
  }
}

}  // namespace

Statistic haloes_statistic(const StatsOptions& stats_options) {
  const HaloOptions& options = stats_options.haloes;
  check(options);
  return {.name = "haloes",
          .needs_target = false,
          // The finder, the halo of every particle of the model, and sums over the members of
          // haloes: 200 bytes for one halo in 200 particles, on every rank.
          .work_bytes =
              [options](const Sizes& sizes) {
                const double finding =
                    (sizes.target ? 36.0 : 32.0) * sizes.particles / sizes.ranks +
                    1.0 * sizes.particles;
                // Two meshes of haloes, and an interlaced one of the particles.
                return std::max(finding, options.power ? 3 * sizes.mesh_bytes : 0.0);
              },
          .measure =
              [options, redshift_space = stats_options.multipoles](SharedMeshes& shared,
                                                                   io::TableFile& table) {
                stats::measure(options, redshift_space, shared, table);
              }};
}

}  // namespace nubox::stats
