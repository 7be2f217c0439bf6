#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/correlation.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/multipoles.hpp"

#include "stats/fourier_modes.hpp"
#include "stats/table_group.hpp"

#include <map>

namespace nubox::stats {
namespace {

/// What the statistic takes from the options of a run.
struct CorrelationSettings {
  CorrelationOptions correlation;
  PowerOptions power;           ///< of real space
  MultipoleOptions multipoles;  ///< of redshift space
};

std::vector<double> radii_below(const std::vector<double>& range, double largest_mpch) {
  auto radii = evenly_spaced(range);
  std::erase_if(radii, [&](double r) { return r > largest_mpch; });
  return radii;
}

/// xi_0 in real space; with velocities also xi_0, xi_2, xi_4 in redshift space.
void measure_side(const CorrelationSettings& settings, SharedMeshes& shared, Side side,
                  const std::vector<double>& radii,
                  std::map<std::string, std::vector<double>>& xi) {
  const Tracers& tracers = shared.tracers(side);
  const double smoothing = settings.correlation.smoothing_cells * shared.box_size_mpch() /
                           static_cast<double>(shared.mesh_n());
  PowerOptions options = settings.power;
  options.assignment = shared.assignment();
  options.particles = static_cast<double>(tracers.total());
  const FourierModes modes(shared, side, options.interlaced);
  const int axis = static_cast<int>(settings.multipoles.axis);
  xi["xi"] = measure_correlation(modes.get(), options, axis, radii, smoothing)[0];
  if (!tracers.has_velocities()) {
    log::info("{}: no velocities, so no correlations in redshift space", name_of(side));
    return;
  }
  const Tracers seen = redshift_space(tracers, settings.multipoles.axis);
  options.interlaced = settings.multipoles.interlaced;
  auto redshifted = density_modes(seen, shared.plan(), options.assignment);
  if (options.interlaced) redshifted = interlaced_modes(redshifted, seen, options.assignment);
  auto multipoles = measure_correlation(redshifted, options, axis, radii, smoothing);
  for (std::size_t l = 0; l < 3; ++l) xi[fmt::format("xi{}", 2 * l)] = std::move(multipoles[l]);
}

void measure(const CorrelationSettings& settings, SharedMeshes& shared, io::TableFile& table) {
  const auto radii = radii_below(settings.correlation.radii_mpch, shared.box_size_mpch() / 2);
  if (radii.empty()) {
    par::throw_agreed(shared.comm(),
                      UsageError("correlation.radii_mpch: no separation is below half the box, {} "
                                 "Mpc/h",
                                 shared.box_size_mpch() / 2));
  }
  TableGroup group(table, "correlation");
  group.add("r", radii, "Mpc/h", "separation");
  std::map<std::string, std::vector<double>> model, target;
  for (const Side side : shared.sides()) {
    auto& xi = side == Side::model ? model : target;
    measure_side(settings, shared, side, radii, xi);
    for (const auto& [name, values] : xi) {
      const std::string space =
          name == "xi" ? "real space" : "redshift space, l = " + name.substr(2);
      group.add(name + "_" + name_of(side), values, "", "correlation function, " + space);
    }
  }
  for (const auto& [name, values] : model) {
    if (target.contains(name)) {
      group.add(name + "_ratio", ratio_of(values, target[name]), "", "model / target");
    }
  }
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  describe_fourier_modes(settings.power.interlaced, attributes);
  attributes["interlacing_redshift_space"] =
      settings.multipoles.interlaced ? "two meshes half a cell apart" : "none";
  attributes["shot_noise"] = settings.power.subtract_shot_noise ? "V / N_p subtracted" : "raw";
  attributes["smoothing_mpch"] = settings.correlation.smoothing_cells * shared.box_size_mpch() /
                                 static_cast<double>(shared.mesh_n());
  attributes["estimator"] = "i^l sum over modes of P (2 l + 1) L_l(mu) j_l(k r) exp(-k^2 R^2) / V";
}

}  // namespace

Statistic correlation_statistic(const StatsOptions& options) {
  const CorrelationSettings settings{options.correlation, options.power, options.multipoles};
  (void)evenly_spaced(settings.correlation.radii_mpch);
  return {.name = "correlation",
          .needs_target = false,
          .work_bytes =
              [](const Sizes& sizes) {
                return 3 * sizeof(float) * sizes.particles / sizes.ranks + 2 * sizes.mesh_bytes;
              },
          .transforms = [](const Sizes& sizes) { return sizes.target ? 2.0 : 1.0; },
          .measure = [settings](SharedMeshes& shared,
                                io::TableFile& table) { stats::measure(settings, shared, table); }};
}

}  // namespace nubox::stats
