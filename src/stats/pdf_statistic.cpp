#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/pdf.hpp"
#include "nubox/stats/top_hat.hpp"

#include "stats/table_group.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

struct Settings {
  std::vector<double> radii_mpch;
  TopHatKind filter = TopHatKind::discrete;
  std::vector<double> edges;
};

Settings settings_of(const PdfOptions& options) {
  const auto& edges = options.log10_edges;
  constexpr double largest_log10 = 30;  // densities are floats
  if (edges.size() != 3 || edges[2] < 2 || edges[2] != std::floor(edges[2]) ||
      edges[0] >= edges[1] || edges[1] > largest_log10) {
    throw UsageError(
        "pdf.edges takes log10 of the lowest and the highest edge (at most {}) and their number",
        largest_log10);
  }
  if (options.radii_mpch.empty()) throw UsageError("pdf.radius_mpch has no radius");
  return {options.radii_mpch, options.filter,
          logarithmic_edges(edges[0], edges[1], static_cast<std::size_t>(edges[2]))};
}

constexpr const char* jackknifed = ", delete-one jackknife over octants";

/// Columns of one box, for one radius after another.
struct Columns {
  std::vector<std::uint64_t> counts, outside;
  std::vector<double> fraction, density, moments, fraction_error, moments_error;

  void append(const Histogram& histogram, const Moments& m, const std::vector<double>& edges,
              std::size_t mesh_n) {
    const double cells = std::pow(static_cast<double>(mesh_n), 3);
    for (std::size_t i = 0; i < histogram.counts.size(); ++i) {
      counts.push_back(histogram.counts[i]);
      fraction.push_back(static_cast<double>(histogram.counts[i]) / cells);
      density.push_back(fraction.back() / std::log(edges[i + 1] / edges[i]));
    }
    outside.insert(outside.end(), {histogram.underflow, histogram.overflow});
    const auto errors = jackknife_error(fractions_left_out(histogram, mesh_n));
    fraction_error.insert(fraction_error.end(), errors.begin(), errors.end());
    moments_error.insert(moments_error.end(), m.error.begin(), m.error.end());
    moments.insert(moments.end(), {m.mean, m.variance, m.s3, m.s4, m.min, m.max});
  }

  void write(const std::string& name, std::size_t radii, TableGroup& group) const {
    // For one radius, the usual case, columns have one dimension.
    const auto shape = [radii](std::size_t size) {
      return radii == 1 ? std::vector<std::size_t>{size}
                        : std::vector<std::size_t>{radii, size / radii};
    };
    group.add("counts_" + name, counts, shape(counts.size()), "", "cells per bin of 1 + delta_R");
    group.add("outside_" + name, outside, shape(outside.size()), "",
              "cells below the first and from the last edge on");
    group.add("fraction_" + name, fraction, shape(fraction.size()), "",
              "fraction of cells per bin");
    group.add("density_" + name, density, shape(density.size()), "", "dp / d ln(1 + delta_R)");
    group.add("moments_" + name, moments, shape(moments.size()), "",
              "mean, variance, S3, S4, minimum, maximum of 1 + delta_R");
    group.add("fraction_error_" + name, fraction_error, shape(fraction_error.size()), "",
              "errors of fraction_" + name + jackknifed);
    group.add("moments_error_" + name, moments_error, shape(moments_error.size()), "",
              "errors of the first four moments" + std::string(jackknifed));
  }
};

/// Errors of fraction_model / fraction_target, whose octants are correlated.
std::vector<double> ratio_errors(const Histogram& model, const Histogram& target,
                                 std::size_t mesh_n) {
  auto ratios = fractions_left_out(model, mesh_n);
  const auto below = fractions_left_out(target, mesh_n);
  for (std::size_t octant = 0; octant < octants; ++octant) {
    for (std::size_t i = 0; i < ratios[octant].size(); ++i) ratios[octant][i] /= below[octant][i];
  }
  return jackknife_error(ratios);
}

/// Refuses a sphere within one cell, which would not smooth. Agreed.
void require_cells(const Settings& settings, const SharedMeshes& shared) {
  const double cell = shared.box_size_mpch() / static_cast<double>(shared.mesh_n());
  par::agree(shared.comm(), [&] {
    for (const double radius : settings.radii_mpch) {
      if (radius >= cell) continue;
      throw UsageError(
          "a top-hat of {} Mpc/h is smaller than a cell of {:.4g} Mpc/h: a larger radius "
          "(pdf.radius_mpch) or a finer mesh (stats.mesh) is needed",
          radius, cell);
    }
  });
}

void measure(const Settings& settings, SharedMeshes& shared, io::TableFile& table) {
  require_cells(settings, shared);
  Columns columns[2];
  std::vector<double> ratio_error;
  std::vector<double> effective_radii;
  std::vector<std::uint64_t> filter_cells;
  for (const double radius : settings.radii_mpch) {
    const TopHat filter(shared.plan(), shared.box_size_mpch(), radius, settings.filter);
    effective_radii.push_back(filter.effective_radius_mpch());
    filter_cells.push_back(filter.cells());
    std::vector<Histogram> histograms;
    for (const Side side : shared.sides()) {
      const fft::MeshField ratio = filter.smooth_ratio(shared.modes(side));
      histograms.push_back(count_cells(ratio, settings.edges));
      columns[static_cast<int>(side)].append(histograms.back(), measure_moments(ratio),
                                             settings.edges, shared.mesh_n());
    }
    if (histograms.size() == 2) {
      const auto errors = ratio_errors(histograms[0], histograms[1], shared.mesh_n());
      ratio_error.insert(ratio_error.end(), errors.begin(), errors.end());
    }
  }
  TableGroup group(table, "pdf");
  group.add("edges", settings.edges, "", "edges of 1 + delta_R, lower edge included");
  group.add("radius_mpch", settings.radii_mpch, "Mpc/h", "radii of the top-hat");
  group.add("effective_radius_mpch", effective_radii, "Mpc/h",
            "radius of a sphere with the volume that was averaged over");
  group.add("filter_cells", filter_cells, "", "cells averaged over; 0 for the analytic filter");
  for (const Side side : shared.sides()) {
    columns[static_cast<int>(side)].write(name_of(side), settings.radii_mpch.size(), group);
  }
  const std::size_t radii = settings.radii_mpch.size(), bins = settings.edges.size() - 1;
  group.add("ratio_error", ratio_error, radii == 1 ? std::vector{bins} : std::vector{radii, bins},
            "", "errors of fraction_model / fraction_target" + std::string(jackknifed));
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  attributes["deconvolution"] = "none";
  attributes["quantity"] = "ratio 1 + delta_R = rho_R / mean";
  attributes["filter"] =
      settings.filter == TopHatKind::discrete ? "discrete top-hat" : "analytic top-hat";
  attributes["bin_rule"] = "half-open [edge_i, edge_i+1)";
  if (settings.radii_mpch.size() > 1) return;
  attributes["radius_mpch"] = settings.radii_mpch.front();
  attributes["effective_radius_mpch"] = effective_radii.front();
  attributes["filter_cells"] = static_cast<std::int64_t>(filter_cells.front());
}

}  // namespace

Statistic pdf_statistic(const StatsOptions& options) {
  const Settings settings = settings_of(options.pdf);
  return {.name = "pdf",
          .needs_target = false,
          .work_bytes = [](const Sizes& sizes) { return 2 * sizes.mesh_bytes; },
          .transforms =
              [settings](const Sizes& sizes) {
                // The discrete kernel is transformed once for both boxes.
                const double kernels = settings.filter == TopHatKind::discrete ? 1.0 : 0.0;
                return static_cast<double>(settings.radii_mpch.size()) *
                       (kernels + (sizes.target ? 2.0 : 1.0));
              },
          .measure = [settings](SharedMeshes& shared,
                                io::TableFile& table) { stats::measure(settings, shared, table); }};
}

}  // namespace nubox::stats
