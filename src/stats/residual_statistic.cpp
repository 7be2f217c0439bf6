#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/displacement_error.hpp"
#include "nubox/stats/residual.hpp"
#include "nubox/stats/top_hat.hpp"

#include "stats/table_group.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

/// rho / mean of a box in real space, smoothed. Collective.
class Densities {
 public:
  Densities(SharedMeshes& shared, double smoothing_mpch) : shared_(&shared) {
    if (smoothing_mpch > 0) {
      filter_.emplace(shared.plan(), shared.box_size_mpch(), smoothing_mpch, TopHatKind::analytic);
    }
  }
  [[nodiscard]] fft::MeshField of(Side side) const {
    const fft::MeshField& modes = shared_->modes(side);
    fft::MeshField mesh(modes.plan(), modes.box_size_mpch());
    mesh.reset_as_modes();
    std::copy_n(modes.data(), modes.plan()->buffer_floats(), mesh.data());
    to_ratio(mesh);
    return mesh;
  }
  [[nodiscard]] fft::MeshField of(const Tracers& tracers) const {
    fft::MeshField mesh = density_modes(tracers, shared_->plan(), shared_->assignment());
    to_ratio(mesh);
    return mesh;
  }

 private:
  void to_ratio(fft::MeshField& modes) const {
    if (filter_) {
      filter_->smooth_in_place(modes);
    } else {
      modes.to_real();
      add_one(modes);
    }
  }

  SharedMeshes* shared_;
  std::optional<TopHat> filter_;
};

/// a -= b.
void subtract(fft::MeshField& a, const fft::MeshField& b) {
  for (std::size_t i = 0; i < a.plan()->buffer_floats(); ++i) a.data()[i] -= b.data()[i];
}

void add_map(const fft::MeshField& mesh, const std::string& name, std::size_t depth,
             TableGroup& group) {
  group.add("map_" + name, project_slab(mesh, depth), {mesh.n(), mesh.n()}, "",
            "mean over the slab, indices x and y");
}

void add_distribution(const fft::MeshField& difference, const std::string& ending,
                      const std::string& meaning, TableGroup& group) {
  const ResidualDistribution residual = measure_residual(difference);
  group.add("histogram" + ending, residual.counts, "", "cells per bin of " + meaning);
  group.add("edges" + ending, residual.edges, "", "edges of " + meaning + ", lower edge included");
  group.add("outside" + ending, std::vector{residual.underflow, residual.overflow}, "",
            "cells below the first and from the last edge on");
  group.add("moments" + ending,
            std::vector{residual.mean, residual.sigma, residual.skewness, residual.excess_kurtosis},
            "", "mean, standard deviation, skewness, excess kurtosis of " + meaning);
  group.add("moments_error" + ending, residual.error, "",
            "errors of the moments, delete-one jackknife over octants");
  std::vector<double> pairs;
  for (std::size_t i = 0; i < residual.quantiles.size(); ++i) {
    pairs.insert(pairs.end(), {residual.normal_quantiles[i], residual.quantiles[i]});
  }
  group.add("qq" + ending, pairs, {residual.quantiles.size(), 2}, "",
            "quantiles of a normal distribution and of the standardised " + meaning);
}

void add_error(const VectorError& error, const std::string& name, const std::string& units,
               const std::string& ending, const std::string& meaning, TableGroup& group) {
  const auto by_component = [](const std::array<double, 3>& values) {
    return std::vector<double>(values.begin(), values.end());
  };
  group.add(name + "_mean_abs" + ending, by_component(error.mean_abs), units,
            "mean |" + meaning + "| over sites, by component");
  group.add(name + "_rms" + ending, by_component(error.rms), units,
            "rms of " + meaning + " over sites, by component");
  group.add(name + "_mean_length" + ending, std::vector<double>{error.mean_length}, units,
            "mean length of the vector " + meaning + " over sites");
}

/// Errors by site; catalogues have no sites.
void add_errors(const Tracers& a, const Tracers& b, const std::string& ending,
                const std::string& meaning, TableGroup& group) {
  const field::Box *first = a.lattice(), *second = b.lattice();
  if (first == nullptr || second == nullptr) return;
  add_error(vector_error(first->displacement, second->displacement), "displacement", "Mpc/h",
            ending, meaning, group);
  if (!first->velocity || !second->velocity) return;
  add_error(vector_error(*first->velocity, *second->velocity), "velocity", "km/s", ending, meaning,
            group);
}

/// Differences between realisations of one mass, for comparison. Uses at most two meshes at a time.
void add_independent(const ResidualOptions& options, SharedMeshes& shared,
                     const Densities& densities, TableGroup& group) {
  const auto read = [&](const std::filesystem::path& file) {
    Tracers tracers = read_tracers(shared.comm(), file);
    par::agree(shared.comm(), [&] {
      io::require_same_box(shared.tracers(Side::target).header(), "the target", tracers.header(),
                           file.string());
    });
    return tracers;
  };
  std::optional<Tracers> first = read(options.independent.front());
  add_errors(shared.tracers(Side::target), *first, "_independent", "target - realisation 1", group);
  const fft::MeshField density = densities.of(*first);
  first.reset();
  for (const Side side : shared.sides()) {
    fft::MeshField difference = densities.of(side);
    subtract(difference, density);
    const std::string name = name_of(side);
    add_distribution(difference, "_" + name + "_independent", name + " - realisation 1", group);
  }
  if (options.independent.size() < 2) return;
  fft::MeshField difference = densities.of(read(options.independent[1]));
  subtract(difference, density);
  for (std::size_t i = 0; i < difference.plan()->buffer_floats(); ++i) difference.data()[i] *= -1;
  add_distribution(difference, "_independent", "realisation 1 - realisation 2", group);
}

void measure(const ResidualOptions& options, SharedMeshes& shared, io::TableFile& table) {
  TableGroup group(table, "residual");
  add_errors(shared.tracers(Side::model), shared.tracers(Side::target), "", "model - target",
             group);
  const double cell = shared.box_size_mpch() / static_cast<double>(shared.mesh_n());
  const auto depth = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::lround(options.slab_mpch / cell)), 1, shared.mesh_n());
  const Densities densities(shared, options.smoothing_mpch);
  {
    fft::MeshField residual = densities.of(Side::target);
    add_map(residual, "target", depth, group);
    const fft::MeshField model = densities.of(Side::model);
    add_map(model, "model", depth, group);
    subtract(residual, model);
    add_map(residual, "residual", depth, group);
    add_distribution(residual, "", "target - model", group);
  }
  if (!options.independent.empty()) add_independent(options, shared, densities, group);
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  attributes["quantity"] =
      "errors: model - target at the same Lagrangian site; maps, histogram, moments, qq: "
      "difference "
      "of rho / mean, target - model";
  attributes["smoothing"] = options.smoothing_mpch > 0 ? "analytic top-hat" : "none";
  attributes["smoothing_mpch"] = options.smoothing_mpch;
  attributes["slab_mpch"] = static_cast<double>(depth) * cell;
  attributes["slab_cells"] = static_cast<std::int64_t>(depth);
  attributes["projection"] = "mean of rho / mean over z from 0 to slab_mpch";
}

}  // namespace

Statistic residual_statistic(const StatsOptions& stats_options) {
  const ResidualOptions& options = stats_options.residual;
  if (options.independent.size() > 2) {
    throw UsageError("stats.independent takes one or two realisations, not {}",
                     options.independent.size());
  }
  return {.name = "residual",
          .needs_target = true,
          .work_bytes = [](const Sizes& sizes) { return 2 * sizes.mesh_bytes; },
          .transforms = [](const Sizes&) { return 2.0; },
          .measure = [options](SharedMeshes& shared,
                               io::TableFile& table) { stats::measure(options, shared, table); }};
}

}  // namespace nubox::stats
