#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/stats/marked.hpp"

#include "stats/table_group.hpp"

namespace nubox::stats {
namespace {

void measure(const MarkOptions& options, SharedMeshes& shared, io::TableFile& table) {
  const fft::MeshField model = marked_modes(shared.modes(Side::model), options);
  std::optional<fft::MeshField> target;
  if (shared.has_target()) target = marked_modes(shared.modes(Side::target), options);
  const PowerTable power =
      measure_power(model, target ? &*target : nullptr, {.assignment = shared.assignment()});
  TableGroup group(table, "marked");
  group.add("k_edges", power.k_edges_hmpc, "h/Mpc", "edges of the bins, lower edge included");
  group.add("k", power.k_hmpc, "h/Mpc", "mean |k| of the modes in the bin");
  group.add("modes", power.modes, "", "modes in the bin, k and -k counted");
  group.add("m_model", power.p_model, units_of_power, "marked power spectrum of the model");
  if (target) {
    group.add("m_target", power.p_target, units_of_power, "marked power spectrum of the target");
    group.add("m_ratio", ratio_of(power.p_model, power.p_target), "", "m_model / m_target");
    group.add("m_correlation", power.correlation, "", "correlation of the marked densities");
  }
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  attributes["mark"] = "m = ((1 + delta_s) / (1 + delta_s + delta_R))^p at the mesh nodes";
  attributes["normalisation"] = "density m rho divided by its mean";
  attributes["filter"] = "analytic top-hat";
  attributes["radius_mpch"] = options.radius_mpch;
  attributes["delta_s"] = options.delta_s;
  attributes["p"] = options.p;
  attributes["deconvolution"] = "modes of m rho divided by the assignment window, sinc^p per axis";
  attributes["interlacing"] = "none";
  attributes["shot_noise"] = "raw";
  attributes["bin_rule"] = "n <= |q| < n + 1 in units of 2 pi / L, n = 1, 2, ..., integer modes q";
  attributes["k_nyquist_hmpc"] =
      units::pi * static_cast<double>(shared.mesh_n()) / shared.box_size_mpch();
}

}  // namespace

Statistic marked_statistic(const StatsOptions& options) {
  return {
      .name = "marked",
      .needs_target = false,
      // The marked densities, and the smoothed one of the last box.
      .work_bytes = [](const Sizes& sizes) { return (sizes.target ? 3 : 2) * sizes.mesh_bytes; },
      .transforms = [](const Sizes& sizes) { return sizes.target ? 6.0 : 3.0; },
      .measure = [chosen = options.marked](
                     SharedMeshes& shared,
                     io::TableFile& table) { stats::measure(chosen, shared, table); }};
}

}  // namespace nubox::stats
