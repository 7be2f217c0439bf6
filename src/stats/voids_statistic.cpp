#include "nubox/core/log.hpp"
#include "nubox/stats/voids.hpp"

#include "stats/table_group.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

field::Assignment assignment_in(const VoidStatisticOptions& options, const SharedMeshes& shared) {
  return options.assignment.value_or(shared.assignment());
}

/// The given radii, or those of the Quijote catalogues below half the mesh.
std::vector<double> radii_on(std::size_t mesh_n, const std::vector<double>& wanted) {
  if (!wanted.empty()) return wanted;
  std::vector<double> radii;
  for (double radius = 41; radius >= 5; radius -= 2) {
    if (2 * radius < static_cast<double>(mesh_n)) radii.push_back(radius);
  }
  return radii;
}

/// The contrast in real space, not smoothed.
fft::MeshField real_contrast(const fft::MeshField& modes) {
  fft::MeshField contrast(modes.plan(), modes.box_size_mpch());
  contrast.reset_as_modes();
  const std::size_t floats = modes.plan()->ky_slab().count * modes.n() * modes.row_floats();
  std::copy_n(modes.data(), floats, contrast.data());
  contrast.to_real();
  return contrast;
}

void write_catalogue(const VoidCatalogue& catalogue, double cell_mpch, const std::string& side,
                     io::TableFile& table) {
  std::vector<double> position, radius;
  std::vector<float> delta;
  for (const Void& each : catalogue.voids) {
    for (const std::uint32_t i : each.cell) position.push_back(i * cell_mpch);
    radius.push_back(catalogue.radii_cells[each.radius] * cell_mpch);
    delta.push_back(each.delta);
  }
  const std::size_t voids = catalogue.voids.size();
  // Written even if empty: a box without voids has an empty catalogue.
  const std::string name = "voids/catalogue_" + side;
  table.group_attributes[name]["voids"] = static_cast<std::int64_t>(voids);
  table.arrays[name + "/position"] = {
      {voids, 3}, std::move(position), "Mpc/h", "centres, nodes of the mesh"};
  table.arrays[name + "/radius"] = {{voids}, std::move(radius), "Mpc/h", "radius of the void"};
  table.arrays[name + "/delta"] = {
      {voids}, std::move(delta), "", "contrast smoothed over the radius, at the centre"};
}

void write_side(const VoidCatalogue& catalogue, double box_mpch, const std::string& side,
                io::TableFile& table) {
  TableGroup group(table, "voids");
  const VoidSizeFunction vsf = size_function(catalogue, box_mpch);
  const double cells = std::pow(static_cast<double>(catalogue.mesh_n), 3);
  group.add("counts_" + side, catalogue.counts, "", "voids of each radius");
  group.add("vsf_" + side, vsf.dn_dr, "(h/Mpc)^4", "void size function dn/dR");
  group.add("vsf_error_" + side, vsf.poisson_error, "(h/Mpc)^4", "Poisson error of dn/dR");
  group.add("filling_" + side,
            std::vector<double>{static_cast<double>(catalogue.cells_in_voids) / cells}, "",
            "fraction of cells in voids");
  group.add("cell_rule_" + side, catalogue.cell_rule, "",
            "by radius: 1 where voids were told apart by shared cells, 0 by distance");
  write_catalogue(catalogue, box_mpch / static_cast<double>(catalogue.mesh_n), side, table);
}

void write_profiles(const VoidProfiles& profiles, std::size_t radii, const std::string& side,
                    TableGroup& group) {
  const std::vector<std::size_t> shape{radii, profiles.edges.size() - 1};
  group.add("profile_edges", profiles.edges, "", "edges of the shells, distance / radius");
  group.add("profile_" + side, profiles.ratio, shape, "",
            "mean rho / mean density by radius and shell, lower edge included");
  group.add("profile_cells_" + side, profiles.cells, shape, "", "cells averaged over");
}

void describe(const VoidStatisticOptions& options, const SharedMeshes& shared, TableGroup& group) {
  group.describe_mesh(shared);
  io::Attributes& attributes = group.attributes();
  attributes["assignment"] = name_of(assignment_in(options, shared));
  attributes["deconvolution"] = "none";
  attributes["filter"] = "analytic top-hat";
  attributes["threshold"] = options.finder.threshold;
  attributes["quantity"] = "contrast delta_R = rho_R / mean - 1";
  const bool exclusive = options.finder.rule == VoidRule::exclusive;
  attributes["rule"] = exclusive ? "exclusive" : "pylians";
  attributes["rule_text"] =
      exclusive ? "a centre closer to a larger or deeper void than the sum of the radii is none"
                : "as exclusive while there are fewer than (2 (int(R) + 1) + 1)^3 voids, R in "
                  "cells; then spheres that share a cell with a larger or deeper void are none";
  attributes["bin_rule"] =
      "vsf: voids of R_i over volume and R_i - R_i+1, at the mean of both; the smallest radius is "
      "in no bin";
}

void measure(const VoidStatisticOptions& options, SharedMeshes& shared, io::TableFile& table) {
  const double box = shared.box_size_mpch();
  const double cell_mpch = box / static_cast<double>(shared.mesh_n());
  VoidOptions finder = options.finder;
  finder.radii_cells = radii_on(shared.mesh_n(), finder.radii_cells);
  TableGroup group(table, "voids");
  for (const Side side : shared.sides()) {
    const fft::MeshField& modes = shared.modes(side, assignment_in(options, shared));
    const VoidCatalogue catalogue = find_voids(modes, finder);
    log::info("{}: {} voids fill {:.4f} of the box", name_of(side), catalogue.voids.size(),
              static_cast<double>(catalogue.cells_in_voids) /
                  std::pow(static_cast<double>(shared.mesh_n()), 3));
    write_side(catalogue, box, name_of(side), table);
    if (options.profile_shells > 0) {
      const auto profiles = stack_profiles(real_contrast(modes), catalogue, options.profile_shells,
                                           options.profile_extent);
      write_profiles(profiles, catalogue.radii_cells.size(), name_of(side), group);
    }
    if (side == Side::model) {
      std::vector<double> radii;
      for (const double cells : catalogue.radii_cells) radii.push_back(cells * cell_mpch);
      group.add("radii", std::move(radii), "Mpc/h", "radii of the top-hat, descending");
      group.add("radii_cells", catalogue.radii_cells, "", "the same in cells of the mesh");
      group.add("vsf_radius", size_function(catalogue, box).radius_mpch, "Mpc/h",
                "centres of the bins of the size function");
    }
  }
  describe(options, shared, group);
}

}  // namespace

Statistic voids_statistic(const StatsOptions& stats_options) {
  const VoidStatisticOptions& options = stats_options.voids;
  return {.name = "voids",
          .needs_target = false,
          // The smoothed mesh, a byte per cell, and candidates: 12 bytes for a tenth of the cells.
          .work_bytes = [](const Sizes& sizes) { return (1 + 0.25 + 0.3) * sizes.mesh_bytes; },
          .transforms =
              [options](const Sizes& sizes) {
                const auto radii = radii_on(sizes.mesh_n, options.finder.radii_cells).size();
                const std::size_t profiles = options.profile_shells > 0 ? 1 : 0;
                return static_cast<double>((radii + profiles) * (sizes.target ? 2 : 1));
              },
          .measure = [options](SharedMeshes& shared,
                               io::TableFile& table) { stats::measure(options, shared, table); }};
}

}  // namespace nubox::stats
