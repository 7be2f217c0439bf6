#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/bispectrum.hpp"

#include "stats/fourier_modes.hpp"
#include "stats/table_group.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

/// Attributes of a table of triangles.
void describe(const Bispectrum& estimator, const std::string& shell_rule,
              const SharedMeshes& shared, bool interlaced, TableGroup& group) {
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  describe_fourier_modes(interlaced, attributes);
  attributes["shell_rule"] = shell_rule;
  attributes["triangle_count_rule"] =
      "ordered closed triples q1 + q2 + q3 = 0 of integer modes, both signs counted";
  attributes["product_mesh"] = static_cast<std::int64_t>(estimator.product_mesh_n());
  attributes["shot_noise"] =
      "raw; Poisson particles add (P1 + P2 + P3) / nbar - 2 / nbar^2 with raw P, nbar = N_p / V";
  attributes["mean_density_model"] = static_cast<double>(shared.tracers(Side::model).total()) /
                                     std::pow(shared.box_size_mpch(), 3);
  attributes["reduced_bispectrum"] = "Q = B / (P1 P2 + P2 P3 + P3 P1), powers over the same shells";
}

/// Centre of the shell of one side of every triangle.
std::vector<double> sides(const TriangleList& list, std::size_t corner) {
  std::vector<double> k;
  for (const Triangle& triangle : list.triangles) k.push_back(list.k_hmpc[triangle[corner]]);
  return k;
}

void add_columns(const BispectrumTable& measured, Side side, TableGroup& group) {
  const std::string name = name_of(side);
  group.add("b_" + name, measured.b, "(Mpc/h)^6", "bispectrum of the " + name);
  group.add("q_" + name, measured.q, "", "reduced bispectrum of the " + name);
  group.add("p_shell_" + name, measured.power, units_of_power,
            "power of the " + name + " over each shell, in the order of k_shell");
}

/// Measures one list of triangles of all sides into a group.
void measure_list(const Bispectrum& estimator, SharedMeshes& shared, bool interlaced,
                  TableGroup& group) {
  const TriangleList& list = estimator.list();
  group.add("k_shell", list.k_hmpc, "h/Mpc", "centres of the shells");
  group.add("triangles", estimator.counts(), "", "closed triples of modes, exact");
  for (const Side side : shared.sides()) {
    const FourierModes modes(shared, side, interlaced);
    add_columns(estimator.measure(modes.get(), shared.assignment()), side, group);
  }
}

void measure_angles(const BispectrumOptions& options, SharedMeshes& shared, io::TableFile& table) {
  const double box = shared.box_size_mpch();
  const Bispectrum estimator(shared.comm(), box,
                             par::agree(shared.comm(),
                                        [&] {
                                          return triangles_by_angle(box, options.k1_hmpc,
                                                                    options.k2_hmpc,
                                                                    options.n_theta);
                                        }),
                             shared.mesh_n());
  TableGroup group(table, "bispectrum");
  group.add("theta", estimator.list().theta, "rad", "angle between the vectors k1 and k2");
  group.add("k3", sides(estimator.list(), 2), "h/Mpc", "|k1 + k2|");
  describe(estimator, "k - k_F <= |k| < k + k_F with k_F = 2 pi / L", shared, options.interlaced,
           group);
  group.attributes()["k1_hmpc"] = options.k1_hmpc;
  group.attributes()["k2_hmpc"] = options.k2_hmpc;
  measure_list(estimator, shared, options.interlaced, group);
}

void measure_bins(const BispectrumOptions& options, SharedMeshes& shared, io::TableFile& table) {
  const double box = shared.box_size_mpch();
  const auto& bins = options.bins_kF;
  const Bispectrum estimator(shared.comm(), box, triangles_of_bins(box, bins[0], bins[1], bins[2]),
                             shared.mesh_n());
  log::info("bispectrum: {} triangles of {} shells, products on a mesh of {}^3",
            estimator.list().triangles.size(), estimator.list().shells.size(),
            estimator.product_mesh_n());
  TableGroup group(table, "bispectrum/bins");
  const char* names[] = {"k1", "k2", "k3"};
  for (const std::size_t corner : {0, 1, 2}) {
    group.add(names[corner], sides(estimator.list(), corner), "h/Mpc",
              "centre of the shell of this side, k1 <= k2 <= k3");
  }
  describe(estimator, "lowest + i width <= |q| < lowest + (i + 1) width, q = k L / (2 pi)", shared,
           options.interlaced, group);
  group.attributes()["lowest_kF"] = bins[0];
  group.attributes()["highest_kF"] = bins[1];
  group.attributes()["width_kF"] = bins[2];
  measure_list(estimator, shared, options.interlaced, group);
}

/// Bytes per rank: interlaced modes, the low modes twice (sent and received), and real fields on
/// the product mesh, all of them for a binning.
double work_bytes(const BispectrumOptions& options, const Sizes& sizes) {
  const double fundamental = 2.0 * units::pi / sizes.box_size_mpch;
  const auto lists_bytes = [&](double largest_sum, double largest, double fields) {
    const double mesh = std::pow(1.2 * largest_sum, 3), band = 4 * std::pow(largest, 3);
    return (fields * mesh * sizeof(float) + 2 * band * 2 * sizeof(float)) / sizes.ranks;
  };
  const double sum = 2 * (options.k1_hmpc + options.k2_hmpc) / fundamental;
  double bytes = lists_bytes(sum + 3, sum / 2 + 1, 5);
  if (!options.bins_kF.empty()) {
    const double highest = options.bins_kF[1];
    const double shells = (highest - options.bins_kF[0]) / options.bins_kF[2];
    bytes = std::max(bytes, lists_bytes(3 * highest, highest, shells + 2));
  }
  return bytes + (options.interlaced ? sizes.mesh_bytes : 0.0);
}

/// Two shells and one for every angle, on the product mesh; in units of the run's mesh.
double transforms(const BispectrumOptions& options, const Sizes& sizes) {
  const double fundamental = 2.0 * units::pi / sizes.box_size_mpch;
  const double sum = 2 * (options.k1_hmpc + options.k2_hmpc) / fundamental + 3;
  const auto mesh = static_cast<double>(even_smooth_size(static_cast<std::size_t>(sum) + 1));
  return (sizes.target ? 2 : 1) * static_cast<double>(2 + options.n_theta) *
         std::pow(mesh / static_cast<double>(sizes.mesh_n), 3);
}

}  // namespace

Statistic bispectrum_statistic(const StatsOptions& stats_options) {
  const BispectrumOptions& options = stats_options.bispectrum;
  if (!options.bins_kF.empty()) {
    if (options.bins_kF.size() != 3) {
      throw UsageError(
          "bispectrum.bins_kF needs the lowest edge, the highest edge and the width of the shells "
          "in units of the fundamental 2 pi / L");
    }
    // A binning that is impossible in every box is refused before anything is read.
    (void)triangles_of_bins(1.0, options.bins_kF[0], options.bins_kF[1], options.bins_kF[2]);
  }
  return {.name = "bispectrum",
          .needs_target = false,
          .work_bytes = [options](const Sizes& sizes) { return work_bytes(options, sizes); },
          .transforms = [options](const Sizes& sizes) { return transforms(options, sizes); },
          .measure =
              [options](SharedMeshes& shared, io::TableFile& table) {
                measure_angles(options, shared, table);
                if (!options.bins_kF.empty()) measure_bins(options, shared, table);
              }};
}

}  // namespace nubox::stats
