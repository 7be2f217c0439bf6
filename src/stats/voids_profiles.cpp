#include "nubox/core/error.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/stats/voids.hpp"

#include "stats/voids_stencil.hpp"

#include <cmath>
#include <limits>

namespace nubox::stats {
namespace {

/// Shell of every squared distance in cells; the last entry, beyond all shells, is `shells`.
std::vector<std::uint32_t> shells_by_distance2(const std::vector<double>& edges,
                                               double radius_cells) {
  std::vector<std::uint32_t> shell_of;
  std::uint32_t shell = 0;
  const auto shells = static_cast<std::uint32_t>(edges.size() - 1);
  for (std::size_t d2 = 0; shell < shells; ++d2) {
    // The radius is often an integer: rounding must not move cells on an edge to the shell below.
    const double distance = std::sqrt(static_cast<double>(d2)) * (1.0 + 1e-12);
    while (shell < shells && distance >= edges[shell + 1] * radius_cells) ++shell;
    shell_of.push_back(shell);
  }
  return shell_of;
}

/// Cells of every shell around one void.
std::vector<std::uint64_t> cells_of_shells(const Stencil& ball,
                                           const std::vector<std::uint32_t>& shell_of,
                                           std::size_t shells) {
  std::vector<std::uint64_t> cells(shells + 1);
  for (std::ptrdiff_t dx = -ball.reach(); dx <= ball.reach(); ++dx) {
    for (std::ptrdiff_t dy = -ball.reach(); dy <= ball.reach(); ++dy) {
      for (std::ptrdiff_t dz = -ball.half(dx, dy); dz <= ball.half(dx, dy); ++dz) {
        ++cells[shell_of[static_cast<std::size_t>(dx * dx + dy * dy + dz * dz)]];
      }
    }
  }
  return cells;
}

/// Adds the contrast of this rank's cells around one void to the sums of their shells.
void add_to_shells(const fft::MeshField& mesh, const Void& each, const Stencil& ball,
                   const std::vector<std::uint32_t>& shell_of, std::vector<double>& sums) {
  const std::size_t n = mesh.n();
  for_each_row(ball, each.cell, mesh.layout(),
               [&](std::size_t row, std::ptrdiff_t dx, std::ptrdiff_t dy, std::ptrdiff_t half) {
                 const float* values = mesh.data() + row * mesh.row_floats();
                 std::size_t z = field::wrapped_index(each.cell[2] - half, n);
                 for (std::ptrdiff_t dz = -half; dz <= half; ++dz) {
                   const auto distance2 = static_cast<std::size_t>(dx * dx + dy * dy + dz * dz);
                   sums[shell_of[distance2]] += static_cast<double>(values[z]);
                   if (++z == n) z = 0;
                 }
               });
}

}  // namespace

VoidProfiles stack_profiles(const fft::MeshField& contrast, const VoidCatalogue& catalogue,
                            std::size_t shells, double extent) {
  if (!contrast.is_real() || contrast.n() != catalogue.mesh_n) {
    throw InternalError("profiles are stacked on the real mesh of {}^3 of their voids",
                        catalogue.mesh_n);
  }
  VoidProfiles profiles;
  for (std::size_t s = 0; s <= shells; ++s) {
    profiles.edges.push_back(extent * static_cast<double>(s) / static_cast<double>(shells));
  }
  auto first = catalogue.voids.begin();
  for (std::size_t radius = 0; radius < catalogue.radii_cells.size(); ++radius) {
    const auto shell_of = shells_by_distance2(profiles.edges, catalogue.radii_cells[radius]);
    // The table covers the distances of all cells of the ball: d^2 < its size.
    const Stencil ball = Stencil::within(static_cast<double>(shell_of.size()));
    const auto cells = cells_of_shells(ball, shell_of, shells);
    std::vector<double> sums(shells + 1);
    const auto last = first + static_cast<std::ptrdiff_t>(catalogue.counts[radius]);
    for (; first != last; ++first) add_to_shells(contrast, *first, ball, shell_of, sums);
    contrast.comm().all_reduce(std::span<double>(sums));
    for (std::size_t s = 0; s < shells; ++s) {
      profiles.cells.push_back(catalogue.counts[radius] * cells[s]);
      profiles.ratio.push_back(profiles.cells.back() == 0
                                   ? std::numeric_limits<double>::quiet_NaN()
                                   : 1.0 + sums[s] / static_cast<double>(profiles.cells.back()));
    }
  }
  return profiles;
}

}  // namespace nubox::stats
