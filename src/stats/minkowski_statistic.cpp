#include "nubox/core/error.hpp"
#include "nubox/stats/jackknife.hpp"
#include "nubox/stats/minkowski.hpp"

#include "stats/table_group.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

constexpr const char* units_of_functional[] = {"", "h/Mpc", "(h/Mpc)^2", "(h/Mpc)^3"};
constexpr const char* meaning[] = {"fraction of the volume", "area / 6 per volume",
                                   "integrated mean curvature / (3 pi) per volume",
                                   "Euler characteristic per volume"};

void write_side(const MinkowskiFunctionals& functionals, double sigma, const std::string& name,
                TableGroup& group) {
  for (std::size_t order = 0; order < 4; ++order) {
    group.add(fmt::format("v{}_{}", order, name), functionals.v[order], units_of_functional[order],
              fmt::format("{}, regions of the {} at or above the threshold", meaning[order], name));
  }
  group.add("sigma_" + name, std::vector<double>{sigma}, "",
            "standard deviation of the smoothed contrast");
}

void measure(const MinkowskiOptions& options, SharedMeshes& shared, io::TableFile& table) {
  const auto thresholds = evenly_spaced(options.thresholds);
  TableGroup group(table, "minkowski");
  group.add("threshold", thresholds, "", "contrast delta_R at or above which a region lies");
  std::vector<MinkowskiFunctionals> measured;
  for (const Side side : shared.sides()) {
    const fft::MeshField smooth = smooth_by_gaussian(shared.modes(side), options.radius_mpch);
    measured.push_back(measure_minkowski(smooth, thresholds));
    const double sigma = std::sqrt(measure_octant_moments(smooth).all.m2);
    write_side(measured.back(), sigma, name_of(side), group);
  }
  if (shared.has_target()) {
    for (std::size_t order = 0; order < 4; ++order) {
      group.add(fmt::format("v{}_ratio", order),
                ratio_of(measured[0].v[order], measured[1].v[order]), "", "model / target");
    }
  }
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  attributes["deconvolution"] = "none";
  attributes["filter"] = "Gaussian exp(-k^2 R^2 / 2)";
  attributes["radius_mpch"] = options.radius_mpch;
  attributes["estimator"] =
      "Crofton's formula on cubes about the mesh nodes, which are connected where they touch";
}

}  // namespace

Statistic minkowski_statistic(const StatsOptions& stats_options) {
  const MinkowskiOptions& options = stats_options.minkowski;
  (void)evenly_spaced(options.thresholds);
  return {.name = "minkowski",
          .needs_target = false,
          .work_bytes = [](const Sizes& sizes) { return sizes.mesh_bytes; },
          .transforms = [](const Sizes& sizes) { return sizes.target ? 2.0 : 1.0; },
          .measure = [options](SharedMeshes& shared,
                               io::TableFile& table) { stats::measure(options, shared, table); }};
}

}  // namespace nubox::stats
