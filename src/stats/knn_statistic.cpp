#include "nubox/core/error.hpp"
#include "nubox/stats/knn.hpp"

#include "stats/table_group.hpp"
#include "stats/tracer_positions.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

void measure(const KnnOptions& options, SharedMeshes& shared, io::TableFile& table) {
  const auto radii = evenly_spaced(options.radii_mpch);
  std::vector<double> of_box;
  for (const double radius : radii) of_box.push_back(radius / shared.box_size_mpch());
  TableGroup group(table, "knn");
  group.add("radius", radii, "Mpc/h", "distance from a point");
  group.add("k", std::vector<std::uint64_t>(options.k.begin(), options.k.end()), "",
            "number of the neighbour");
  std::vector<std::vector<double>> cdfs;
  const std::vector<std::size_t> shape{options.k.size(), radii.size()};
  for (const Side side : shared.sides()) {
    const KnnCounts counts = count_nearest(shared.comm(), positions_of(shared.tracers(side)),
                                           options.points_per_side, options.k, of_box);
    std::vector<double> cdf;
    for (const std::uint64_t within : counts.within) {
      cdf.push_back(static_cast<double>(within) / static_cast<double>(counts.points));
    }
    cdfs.push_back(cdf);
    group.add("cdf_" + name_of(side), std::move(cdf), shape, "",
              "fraction of the points whose k-th nearest particle is at most that far");
  }
  if (shared.has_target()) {
    group.add("cdf_ratio", ratio_of(cdfs[0], cdfs[1]), shape, "", "cdf_model / cdf_target");
  }
  io::Attributes& attributes = group.attributes();
  attributes["box_size_mpch"] = shared.box_size_mpch();
  attributes["points_per_side"] = static_cast<std::int64_t>(options.points_per_side);
  attributes["points"] = "grid i L / points_per_side";
  attributes["distance"] = "periodic, of all CDM particles";
}

}  // namespace

Statistic knn_statistic(const StatsOptions& stats_options) {
  const KnnOptions& options = stats_options.knn;
  (void)evenly_spaced(options.radii_mpch);
  return {.name = "knn",
          .needs_target = false,
          .work_bytes =
              [options](const Sizes& sizes) {
                const double points = std::pow(static_cast<double>(options.points_per_side), 3);
                const double neighbours =
                    options.k.empty() ? 1.0 : static_cast<double>(options.k.back());
                return 32 * sizes.particles / sizes.ranks +
                       points / sizes.ranks * (12 + 8 * neighbours);
              },
          .measure = [options](SharedMeshes& shared,
                               io::TableFile& table) { stats::measure(options, shared, table); }};
}

}  // namespace nubox::stats
