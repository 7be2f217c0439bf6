#include "app/options/stats.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/stats/statistic.hpp"

namespace nubox::app {
namespace {

/// Options, or whole sections ("pdf."), on which the results of a statistic depend in addition to
/// stats.mesh and stats.assignment.
const std::map<std::string, std::vector<std::string>>& settings_by_statistic() {
  static const std::map<std::string, std::vector<std::string>> settings = {
      {"power", {"stats.interlace", "stats.shot_noise"}},
      {"multipoles", {"multipoles.", "stats.interlace", "stats.shot_noise"}},
      {"bispectrum", {"bispectrum.", "stats.interlace"}},
      {"pdf", {"pdf."}},
      {"residual", {"residual.", "stats.independent"}},
      {"seams", {"seams."}},
      {"voids", {"voids."}}};
  return settings;
}

stats::BispectrumOptions bispectrum_options(const config::Config& config) {
  stats::BispectrumOptions options{.k1_hmpc = config.number("bispectrum.k1"),
                                   .k2_hmpc = config.number("bispectrum.k2"),
                                   .n_theta = config.size("bispectrum.n_theta"),
                                   .bins_kF = config.numbers("bispectrum.bins_kF"),
                                   .interlaced = config.flag("stats.interlace")};
  if (options.bins_kF == std::vector{0.0}) options.bins_kF.clear();
  return options;
}

stats::MultipoleOptions multipole_options(const config::Config& config) {
  const std::string axis = config.text("multipoles.axis");
  return {.interlaced = config.flag("stats.interlace"),
          .subtract_shot_noise = config.text("stats.shot_noise") == "subtract",
          .axis = axis == "x"   ? stats::Axis::x
                  : axis == "y" ? stats::Axis::y
                                : stats::Axis::z};
}

stats::VoidStatisticOptions void_options(const config::Config& config) {
  stats::VoidStatisticOptions options;
  options.finder.threshold = config.number("voids.threshold");
  options.finder.radii_cells = config.numbers("voids.radii_cells");
  if (config.text("voids.rule") == "pylians") options.finder.rule = stats::VoidRule::pylians;
  const std::string assignment = config.text("voids.assignment");
  if (assignment != "same") options.assignment = stats::assignment_of(assignment);
  options.profile_shells = config.size("voids.profile_shells");
  options.profile_extent = config.number("voids.profile_extent");
  return options;
}

}  // namespace

stats::StatsOptions stats_options(const config::Config& config) {
  stats::StatsOptions options;
  options.statistics = config.texts("stats.statistics");
  options.has_target = !config.texts("stats.target").empty();
  options.mesh_n = config.size("stats.mesh");
  options.assignment = stats::assignment_of(config.text("stats.assignment"));
  options.power.interlaced = config.flag("stats.interlace");
  options.power.subtract_shot_noise = config.text("stats.shot_noise") == "subtract";
  options.multipoles = multipole_options(config);
  options.bispectrum = bispectrum_options(config);
  options.pdf = {.radii_mpch = config.numbers("pdf.radius_mpch"),
                 .filter = config.text("pdf.filter") == "analytic" ? stats::TopHatKind::analytic
                                                                   : stats::TopHatKind::discrete,
                 .log10_edges = config.numbers("pdf.edges")};
  options.residual.slab_mpch = config.number("residual.slab_mpch");
  options.residual.smoothing_mpch = config.number("residual.smoothing_mpch");
  for (const std::string& file : config.texts("stats.independent")) {
    options.residual.independent.emplace_back(file);
  }
  options.seams.tile = config.size("seams.tile");
  options.voids = void_options(config);
  for (const auto& [name, prefixes] : settings_by_statistic()) {
    std::vector<std::string> settings = prefixes;
    settings.insert(settings.end(), {"stats.mesh", "stats.assignment"});
    options.settings_checksums[name] = checksum_text(config.hash_of(settings));
  }
  return options;
}

}  // namespace nubox::app
