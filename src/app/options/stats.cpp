#include "app/options/stats.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/io/paths.hpp"
#include "nubox/stats/statistic.hpp"

#include "app/options/choice.hpp"
#include "app/options/reader.hpp"

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
      {"correlation", {"correlation.", "multipoles.", "stats.interlace", "stats.shot_noise"}},
      {"marked", {"marked."}},
      {"minkowski", {"minkowski."}},
      {"knn", {"knn."}},
      {"haloes", {"haloes.", "multipoles."}},
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
  return {.interlaced = config.flag("multipoles.interlace"),
          .subtract_shot_noise = config.text("stats.shot_noise") == "subtract",
          .axis = chosen<stats::Axis>(
              config, "multipoles.axis",
              {{"x", stats::Axis::x}, {"y", stats::Axis::y}, {"z", stats::Axis::z}})};
}

stats::VoidStatisticOptions void_options(const config::Config& config) {
  stats::VoidStatisticOptions options;
  options.finder.threshold = config.number("voids.threshold");
  options.finder.radii_cells = config.numbers("voids.radii_cells");
  options.finder.rule = chosen<stats::VoidRule>(
      config, "voids.rule",
      {{"exclusive", stats::VoidRule::exclusive}, {"pylians", stats::VoidRule::pylians}});
  const std::string assignment = config.text("voids.assignment");
  if (assignment != "same") options.assignment = stats::assignment_of(assignment);
  options.profile_shells = config.size("voids.profile_shells");
  options.profile_extent = config.number("voids.profile_extent");
  return options;
}

stats::KnnOptions knn_options(const config::Config& config) {
  stats::KnnOptions options{.points_per_side = config.size("knn.points"),
                            .k = {},
                            .radii_mpch = config.numbers("knn.radii_mpch")};
  for (const auto k : config.integers("knn.k")) options.k.push_back(static_cast<std::size_t>(k));
  return options;
}

void set_further_statistics(const config::Config& config, stats::StatsOptions& options) {
  options.correlation = {.radii_mpch = config.numbers("correlation.radii_mpch"),
                         .smoothing_cells = config.number("correlation.smoothing_cells")};
  options.marked = {.radius_mpch = config.number("marked.radius_mpch"),
                    .delta_s = config.number("marked.delta_s"),
                    .p = config.number("marked.p")};
  options.minkowski = {.radius_mpch = config.number("minkowski.radius_mpch"),
                       .thresholds = config.numbers("minkowski.thresholds")};
  options.knn = knn_options(config);
  options.haloes = {.linking_length = config.number("haloes.linking_length"),
                    .least_particles = config.size("haloes.min_particles"),
                    .log10_mass_edges = config.numbers("haloes.mass_edges"),
                    .power = config.flag("haloes.power"),
                    .least_mass_msunh = config.number("haloes.min_mass"),
                    .largest_distance_mpch = config.number("haloes.pair_distance_mpch")};
}

}  // namespace

stats::StatsOptions stats_options(const config::Config& config) {
  stats::StatsOptions options;
  options.statistics = config.texts("stats.statistics");
  options.has_target = !config.list_text("stats.target").empty();
  options.mesh_n = config.size("stats.mesh");
  options.assignment = stats::assignment_of(config.text("stats.assignment"));
  options.power.interlaced = config.flag("stats.interlace");
  options.power.subtract_shot_noise = config.text("stats.shot_noise") == "subtract";
  options.multipoles = multipole_options(config);
  options.bispectrum = bispectrum_options(config);
  options.pdf = {.radii_mpch = config.numbers("pdf.radius_mpch"),
                 .filter = chosen<stats::TopHatKind>(config, "pdf.filter",
                                                     {{"discrete", stats::TopHatKind::discrete},
                                                      {"analytic", stats::TopHatKind::analytic}}),
                 .log10_edges = config.numbers("pdf.edges")};
  options.residual.slab_mpch = config.number("residual.slab_mpch");
  options.residual.smoothing_mpch = config.number("residual.smoothing_mpch");
  options.residual.independent =
      io::expand_paths(config.list_text("stats.independent"), "stats.independent");
  options.seams.tile = config.size("seams.tile");
  set_further_statistics(config, options);
  options.voids = void_options(config);
  const std::vector<std::string> of_snapshots = given_reader_options(config);
  for (const auto& [name, prefixes] : settings_by_statistic()) {
    std::vector<std::string> settings = prefixes;
    settings.insert(settings.end(), {"stats.mesh", "stats.assignment"});
    settings.insert(settings.end(), of_snapshots.begin(), of_snapshots.end());
    options.settings_checksums[name] = checksum_text(config.hash_of(settings));
  }
  return options;
}

stats::StatsRequest stats_request(const config::Config& config) {
  (void)config.required_text("stats.in");
  const auto boxes = io::expand_paths(config.list_text("stats.in"), "stats.in");
  const auto targets = io::expand_paths(config.list_text("stats.target"), "stats.target");
  stats::StatsRequest request;
  request.plan = stats::plan_pairs(boxes, targets, config.text("stats.out"));
  request.plan.independent =
      io::expand_paths(config.list_text("stats.independent"), "stats.independent");
  request.plan.reader = reader_options(config);
  request.options = stats_options(config);
  request.statistics = stats::statistics_of(request.options);
  request.resume = config.text("stats.resume") == "auto";
  return request;
}

}  // namespace nubox::app
