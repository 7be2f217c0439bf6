#include "nubox/stats/voids.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/top_hat.hpp"

#include "stats/voids_greedy.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

void check_radii(const std::vector<double>& radii_cells, std::size_t mesh_n) {
  if (radii_cells.empty()) throw UsageError("voids.radii_cells has no radius");
  const double half = 0.5 * static_cast<double>(mesh_n);
  for (std::size_t i = 0; i < radii_cells.size(); ++i) {
    const double radius = radii_cells[i];
    if (!(radius >= 1 && radius < half)) {
      throw UsageError(
          "voids of {} cells on a mesh of {}^3: radii must be a cell or more and less than half "
          "the mesh (voids.radii_cells)",
          radius, mesh_n);
    }
    if (i > 0 && !(radius < radii_cells[i - 1])) {
      throw UsageError("voids.radii_cells must descend: {} follows {}", radius, radii_cells[i - 1]);
    }
  }
}

/// True once Pylians compares cells instead of distances.
bool has_switched(VoidRule rule, double radius_cells, std::size_t voids) {
  if (rule == VoidRule::exclusive) return false;
  const double side = 2 * (std::floor(radius_cells) + 1) + 1;
  return static_cast<double>(voids) >= side * side * side;
}

/// Offsets at which no void of radius b may be around one of radius a.
Stencil conflict(double a_cells, double b_cells, bool by_cells) {
  if (!by_cells) return Stencil::ball(a_cells + b_cells);
  return Stencil::sum(Stencil::ball(a_cells), Stencil::ball(b_cells));
}

/// Sets `flag` around every void with the stencil of its radius.
void mark_voids(std::span<const Void> voids, std::span<const Stencil> by_radius, std::uint8_t flag,
                CellMask& mask) {
  for (const Void& each : voids) mask.raise(by_radius[each.radius], each.cell, flag);
}

/// Voids of radius index `radius`, given those of the catalogue.
std::vector<Void> voids_of_radius(const fft::MeshField& smoothed, const VoidOptions& options,
                                  std::uint32_t radius, bool by_cells,
                                  const VoidCatalogue& catalogue, CellMask& mask) {
  const double cells = options.radii_cells[radius];
  std::vector<Stencil> conflicts;
  for (std::uint32_t larger = 0; larger <= radius; ++larger) {
    conflicts.push_back(catalogue.counts[larger] > 0 || larger == radius
                            ? conflict(options.radii_cells[larger], cells, by_cells)
                            : Stencil::within(0));
  }
  mask.keep(0);
  mark_voids(catalogue.voids, conflicts, flag_before, mask);
  const auto candidates = sorted_candidates(smoothed, options.threshold, mask);
  return greedy_voids(smoothed.layout(), candidates, radius, conflicts[radius], mask);
}

}  // namespace

VoidCatalogue find_voids(const fft::MeshField& contrast_modes, const VoidOptions& options) {
  const par::SlabLayout& layout = contrast_modes.layout();
  par::agree(layout.comm(), [&] { check_radii(options.radii_cells, layout.n()); });
  const std::size_t radii = options.radii_cells.size();
  VoidCatalogue catalogue{layout.n(),
                          options.radii_cells,
                          {},
                          std::vector<std::uint64_t>(radii),
                          std::vector<std::uint64_t>(radii)};
  const double cell_mpch = contrast_modes.box_size_mpch() / static_cast<double>(layout.n());
  fft::MeshField smoothed(contrast_modes.plan(), contrast_modes.box_size_mpch());
  CellMask mask(layout);
  Progress progress("voids by radius", radii);
  for (std::uint32_t i = 0; i < radii; ++i) {
    const double radius = options.radii_cells[i];
    TopHat(contrast_modes.plan(), contrast_modes.box_size_mpch(), radius * cell_mpch,
           TopHatKind::analytic)
        .smooth_contrast(contrast_modes, smoothed);
    const bool by_cells = has_switched(options.rule, radius, catalogue.voids.size());
    const auto found = voids_of_radius(smoothed, options, i, by_cells, catalogue, mask);
    catalogue.voids.insert(catalogue.voids.end(), found.begin(), found.end());
    catalogue.counts[i] = found.size();
    catalogue.cell_rule[i] = by_cells ? 1 : 0;
    progress.step();
  }
  std::vector<Stencil> balls;
  for (const double radius : options.radii_cells) balls.push_back(Stencil::ball(radius));
  mask.keep(0);
  mark_voids(catalogue.voids, balls, flag_before, mask);
  catalogue.cells_in_voids = layout.comm().all_reduce(mask.count());
  return catalogue;
}

VoidSizeFunction size_function(const VoidCatalogue& catalogue, double box_size_mpch) {
  const double volume = box_size_mpch * box_size_mpch * box_size_mpch;
  const double cell_mpch = box_size_mpch / static_cast<double>(catalogue.mesh_n);
  VoidSizeFunction function;
  for (std::size_t i = 0; i + 1 < catalogue.radii_cells.size(); ++i) {
    const double upper = catalogue.radii_cells[i] * cell_mpch;
    const double lower = catalogue.radii_cells[i + 1] * cell_mpch;
    const auto count = static_cast<double>(catalogue.counts[i]);
    function.radius_mpch.push_back(0.5 * (upper + lower));
    function.dn_dr.push_back(count / (volume * (upper - lower)));
    function.poisson_error.push_back(std::sqrt(count) / (volume * (upper - lower)));
  }
  return function;
}

}  // namespace nubox::stats
