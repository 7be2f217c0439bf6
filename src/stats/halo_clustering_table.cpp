#include "stats/halo_clustering_table.hpp"

#include "nubox/core/log.hpp"

#include "stats/fourier_modes.hpp"

#include <array>

namespace nubox::stats {
namespace {

/// Width of the bins of distance.
constexpr double pair_bin_mpch = 1.0;

void write_power(const HaloPower& measured, const std::string& name, TableGroup& group) {
  group.add("p_" + name, measured.power.p_model, units_of_power,
            "power spectrum of the haloes of the " + name);
  group.add("p_matter_" + name, measured.power.p_cross, units_of_power,
            "cross spectrum of the haloes and the particles of the " + name);
  group.add("bias_" + name, measured.bias, "", "cross spectrum / power of the particles");
  for (std::size_t l = 0; l < 3; ++l) {
    group.add(fmt::format("p{}_{}", 2 * l, name), measured.multipoles.p[l], units_of_power,
              fmt::format("multipole l = {} of the haloes in redshift space", 2 * l));
  }
  group.add("shot_noise_" + name, std::vector<double>{measured.power.shot_noise}, units_of_power,
            "V / N of the haloes");
}

void add_power(SharedMeshes& shared, const std::vector<HaloCatalogue>& catalogues,
               const HaloOptions& options, const MultipoleOptions& redshift_space,
               io::TableFile& table) {
  std::vector<HaloPower> measured;
  for (const Side side : shared.sides()) {
    const HaloCatalogue& catalogue = catalogues[measured.size()];
    const Tracers haloes = halo_tracers(shared.tracers(side), catalogue, options.least_mass_msunh);
    if (haloes.total() < 2) {
      log::info("{}: {} haloes have no spectrum", name_of(side), haloes.total());
      return;
    }
    measured.push_back(measure_halo_power(shared, side, haloes, redshift_space));
  }
  TableGroup group(table, "haloes/power");
  const PowerTable& first = measured[0].power;
  group.add("k_edges", first.k_edges_hmpc, "h/Mpc", "edges of the bins, lower edge included");
  group.add("k", first.k_hmpc, "h/Mpc", "mean |k| of the modes in the bin");
  group.add("modes", first.modes, "", "modes in the bin, k and -k counted");
  for (std::size_t i = 0; i < measured.size(); ++i) {
    write_power(measured[i], name_of(shared.sides()[i]), group);
  }
  if (measured.size() == 2) {
    const auto& a = measured[0];
    const auto& b = measured[1];
    group.add("p_ratio", ratio_of(a.power.p_model, b.power.p_model), "", "p_model / p_target");
    group.add("bias_ratio", ratio_of(a.bias, b.bias), "", "bias_model / bias_target");
    for (std::size_t l = 0; l < 3; ++l) {
      if (a.multipoles.p[l].empty() || b.multipoles.p[l].empty()) continue;
      group.add(fmt::format("p{}_ratio", 2 * l), ratio_of(a.multipoles.p[l], b.multipoles.p[l]), "",
                "model / target");
    }
  }
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  describe_fourier_modes(redshift_space.interlaced, attributes);
  attributes["min_mass_msunh"] = options.least_mass_msunh;
  attributes["weights"] = "all haloes alike";
  attributes["line_of_sight"] = redshift_space.axis == Axis::x   ? "x"
                                : redshift_space.axis == Axis::y ? "y"
                                                                 : "z";
  attributes["shot_noise"] =
      redshift_space.subtract_shot_noise ? "V / N subtracted from p and p0" : "raw";
}

void add_pairs(SharedMeshes& shared, const std::vector<HaloCatalogue>& catalogues,
               const HaloOptions& options, io::TableFile& table) {
  std::vector<double> edges;
  for (double edge = 0; edge < options.largest_distance_mpch; edge += pair_bin_mpch) {
    edges.push_back(edge);
  }
  edges.push_back(options.largest_distance_mpch);
  std::erase_if(edges, [&](double edge) { return edge > shared.box_size_mpch() / 2; });
  TableGroup group(table, "haloes/pairs");
  group.add("distance_edges", edges, "Mpc/h", "edges of the bins, lower edge included");
  std::vector<PairwiseVelocity> measured;
  for (std::size_t i = 0; i < catalogues.size(); ++i) {
    const std::string name = name_of(shared.sides()[i]);
    measured.push_back(pairwise_velocity(shared.comm(), catalogues[i], options.least_mass_msunh,
                                         shared.box_size_mpch(), edges));
    group.add("count_" + name, measured[i].pairs, "", "pairs of haloes");
    group.add("velocity_" + name, measured[i].mean_kms, "km/s",
              "mean velocity of pairs along their separation, negative for infall");
    group.add("dispersion_" + name, measured[i].dispersion_kms, "km/s",
              "standard deviation about the mean");
  }
  if (measured.size() == 2) {
    group.add("velocity_ratio", ratio_of(measured[0].mean_kms, measured[1].mean_kms), "",
              "velocity_model / velocity_target");
  }
  group.attributes()["min_mass_msunh"] = options.least_mass_msunh;
}

}  // namespace

void add_halo_clustering(SharedMeshes& shared, const std::vector<HaloCatalogue>& catalogues,
                         const HaloOptions& options, const MultipoleOptions& redshift_space,
                         io::TableFile& table) {
  add_power(shared, catalogues, options, redshift_space, table);
  bool velocities = true;
  for (const HaloCatalogue& catalogue : catalogues) velocities &= catalogue.has_velocities;
  if (velocities) add_pairs(shared, catalogues, options, table);
}

}  // namespace nubox::stats
