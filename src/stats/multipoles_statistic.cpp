#include "nubox/core/error.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/multipoles.hpp"

#include "stats/fourier_modes.hpp"
#include "stats/table_group.hpp"

namespace nubox::stats {
namespace {

MultipoleTable measure_side(SharedMeshes& shared, Side side, const MultipoleOptions& options) {
  const Tracers seen = redshift_space(shared.tracers(side), options.axis);
  const PowerOptions power{.assignment = shared.assignment(),
                           .interlaced = options.interlaced,
                           .subtract_shot_noise = options.subtract_shot_noise,
                           .particles = static_cast<double>(seen.total())};
  auto modes = density_modes(seen, shared.plan(), power.assignment);
  if (options.interlaced) modes = interlaced_modes(modes, seen, power.assignment);
  return measure_multipoles(modes, power, options.axis);
}

std::string axis_name(Axis axis) { return axis == Axis::x ? "x" : axis == Axis::y ? "y" : "z"; }

void measure(const MultipoleOptions& options, SharedMeshes& shared, io::TableFile& table) {
  std::vector<MultipoleTable> measured;
  for (const Side side : shared.sides()) {
    measured.push_back(measure_side(shared, side, options));
  }
  TableGroup group(table, "multipoles");
  group.add("k_edges", measured[0].k_edges_hmpc, "h/Mpc", "edges of the bins, lower edge included");
  group.add("k", measured[0].k_hmpc, "h/Mpc", "mean |k| of the modes in the bin");
  group.add("modes", measured[0].modes, "", "modes in the bin, k and -k counted");
  for (const Side side : shared.sides()) {
    const std::string name = name_of(side);
    for (const int l : {0, 2, 4}) {
      group.add(fmt::format("p{}_{}", l, name),
                measured[side == Side::model ? 0 : 1].p[static_cast<std::size_t>(l / 2)],
                units_of_power,
                fmt::format("multipole l = {} of the {} in redshift space", l, name));
    }
  }
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  describe_fourier_modes(options.interlaced, attributes);
  attributes["line_of_sight"] = axis_name(options.axis);
  attributes["positions"] = "s = x + v / (a H) along the line of sight, distant observer";
  attributes["multipole_rule"] = "P_l = (2 l + 1) <P(k) L_l(mu)> over the modes of the bin";
  attributes["shot_noise"] = options.subtract_shot_noise ? "V / N_p subtracted from l = 0" : "raw";
  attributes["shot_noise_power"] = measured[0].shot_noise;
  attributes["bin_rule"] = "n <= |q| < n + 1 in units of 2 pi / L, n = 1, 2, ..., integer modes q";
  attributes["mode_count_rule"] = "k and -k counted";
}

}  // namespace

Statistic multipoles_statistic(const StatsOptions& stats_options) {
  const MultipoleOptions& options = stats_options.multipoles;
  return {.name = "multipoles",
          .needs_target = false,
          .work_bytes =
              [options](const Sizes& sizes) {
                const double moved = 3 * sizeof(float) * sizes.particles / sizes.ranks;
                return moved + (options.interlaced ? 2 : 1) * sizes.mesh_bytes;
              },
          // Every box is painted again in redshift space.
          .transforms = [](const Sizes& sizes) { return sizes.target ? 2.0 : 1.0; },
          .measure = [options](SharedMeshes& shared,
                               io::TableFile& table) { stats::measure(options, shared, table); }};
}

}  // namespace nubox::stats
