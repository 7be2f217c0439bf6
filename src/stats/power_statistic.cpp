#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/power.hpp"

#include "stats/fourier_modes.hpp"
#include "stats/matter_power.hpp"
#include "stats/table_group.hpp"

namespace nubox::stats {
namespace {

/// Warns if the subtracted noise exceeds the power, where T and r are NaN.
void warn_of_negative_power(const PowerTable& power) {
  for (std::size_t i = 0; i < power.k_hmpc.size(); ++i) {
    if (power.p_model[i] > 0 && (power.p_target.empty() || power.p_target[i] > 0)) continue;
    log::warn_together(
        "no power is left above the shot noise from k = {:.3g} h/Mpc on: transfer and correlation "
        "are not defined there",
        power.k_hmpc[i]);
    return;
  }
}

void write(const PowerTable& power, const PowerOptions& options, const SharedMeshes& shared,
           io::TableFile& table) {
  TableGroup group(table, "power");
  group.add("k_edges", power.k_edges_hmpc, "h/Mpc", "edges of the bins, lower edge included");
  group.add("k", power.k_hmpc, "h/Mpc", "mean |k| of the modes in the bin");
  group.add("modes", power.modes, "", "modes in the bin, k and -k counted");
  group.add("p_model", power.p_model, units_of_power, "power spectrum of the model");
  group.add("p_target", power.p_target, units_of_power, "power spectrum of the target");
  group.add("p_cross", power.p_cross, units_of_power, "cross spectrum of model and target");
  group.add("transfer", power.transfer, "", "T = sqrt(p_model / p_target)");
  group.add("correlation", power.correlation, "", "r = p_cross / sqrt(p_model p_target)");

  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  describe_fourier_modes(options.interlaced, attributes);
  attributes["shot_noise"] =
      options.subtract_shot_noise ? "V / N_p subtracted from p_model and p_target" : "raw";
  attributes["shot_noise_power"] = power.shot_noise;
  if (!power.p_target.empty()) attributes["shot_noise_power_target"] = power.shot_noise_target;
  attributes["bin_rule"] = "n <= |q| < n + 1 in units of 2 pi / L, n = 1, 2, ..., integer modes q";
  attributes["mode_count_rule"] = "k and -k counted";
  attributes["k_nyquist_hmpc"] =
      units::pi * static_cast<double>(shared.mesh_n()) / shared.box_size_mpch();
}

}  // namespace

Statistic power_statistic(const StatsOptions& stats_options) {
  const PowerOptions& chosen = stats_options.power;
  const bool interlaced = chosen.interlaced;
  return {.name = "power",
          .needs_target = false,
          .work_bytes =
              [interlaced](const Sizes& sizes) {
                const double boxes = sizes.target ? 2 : 1;
                return (interlaced ? boxes * sizes.mesh_bytes : 0.0) +
                       (boxes + 1) * sizes.nu_mesh_bytes;
              },
          .measure =
              [options = chosen](SharedMeshes& shared, io::TableFile& table) mutable {
                options.assignment = shared.assignment();
                options.particles = static_cast<double>(shared.tracers(Side::model).total());
                const FourierModes model(shared, Side::model, options.interlaced);
                std::optional<FourierModes> target;
                if (shared.has_target()) {
                  options.target_particles =
                      static_cast<double>(shared.tracers(Side::target).total());
                  target.emplace(shared, Side::target, options.interlaced);
                }
                const PowerTable power =
                    measure_power(model.get(), target ? &target->get() : nullptr, options);
                warn_of_negative_power(power);
                write(power, options, shared, table);
                add_matter_power(shared, options, table);
              }};
}

}  // namespace nubox::stats
