#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/particle_route.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace nubox::stats {

/// Rule by which accepted voids reject candidates (statistic of Banerjee & Dalal 2016,
/// arXiv:1606.06167). exclusive: spheres never overlap. pylians:   the rule of void_library of
/// Pylians, for comparison with published counts: `exclusive`
///            while the box holds fewer than (2 (int(R) + 1) + 1)^3 voids, R in cells, and from
///            then on only spheres that share a cell are rejected. It depends on the volume.
enum class VoidRule { exclusive, pylians };

struct VoidOptions {
  double threshold = -0.7;               ///< a centre has delta_R below it
  std::vector<double> radii_cells = {};  ///< descending, in mesh cells
  VoidRule rule = VoidRule::exclusive;
};

/// The void statistic: finder and stacked profiles.
struct VoidStatisticOptions {
  VoidOptions finder = {};  ///< without radii: those of the Quijote catalogues below half the mesh
  std::optional<field::Assignment> assignment = {};  ///< that of the run if not given
  std::size_t profile_shells = 30;                   ///< 0: no profiles
  double profile_extent = 3;                         ///< outer edge in units of the void's radius
};

struct Void {
  std::array<std::uint32_t, 3> cell{};  ///< centre, a node of the mesh
  std::uint32_t radius = 0;             ///< index into the radii
  float delta = 0;                      ///< delta_R at the centre
  bool operator==(const Void&) const = default;
};

/// All voids, replicated on every rank, by descending radius and ascending (delta, cell).
struct VoidCatalogue {
  std::size_t mesh_n = 0;
  std::vector<double> radii_cells;
  std::vector<Void> voids;
  std::vector<std::uint64_t> counts;     ///< by radius
  std::vector<std::uint64_t> cell_rule;  ///< by radius: 1 where `pylians` had switched, else 0
  std::uint64_t cells_in_voids = 0;
};

/// Spherical-overdensity voids: for each radius, from large to small, the contrast smoothed by the
/// analytic top-hat; its lowest cell below the threshold that no accepted void rejects becomes a
/// void of that radius, then the next lowest (ties by cell), until none is left. The catalogue is
/// exact and the same on every number of ranks if the bits of the modes are. Memory: one mesh, one
/// byte per cell, and 12 bytes per cell below the threshold. `contrast_modes` are unchanged.
/// Collective.
/// @throws UsageError for radii that are not descending, below a cell or half the mesh or more,
/// NumericalError for a smoothed contrast that is not a number; agreed
[[nodiscard]] VoidCatalogue find_voids(const fft::MeshField& contrast_modes,
                                       const VoidOptions& options);

/// Void size function with the bins of Pylians: voids of radius R_i make dn/dR = N_i / (V (R_i -
/// R_i+1)) at (R_i + R_i+1) / 2. Voids of the smallest radius are in no bin.
struct VoidSizeFunction {
  std::vector<double> radius_mpch;
  std::vector<double> dn_dr;          ///< (h/Mpc)^4
  std::vector<double> poisson_error;  ///< of dn_dr: sqrt(N_i) in place of N_i
};
[[nodiscard]] VoidSizeFunction size_function(const VoidCatalogue& catalogue, double box_size_mpch);

/// Mean density around all voids of one radius, in shells of equal width in units of that radius.
struct VoidProfiles {
  std::vector<double> edges;         ///< distance / radius, shells + 1
  std::vector<double> ratio;         ///< [radii][shells]: 1 + delta; NaN in a shell without cells
  std::vector<std::uint64_t> cells;  ///< [radii][shells]: cells averaged over
};

/// Stacks a density contrast in real space (not smoothed) about the voids out to `extent` radii.
/// Shell s contains cells with edge_s <= distance / radius < edge_s+1. Collective.
/// @throws InternalError for a mesh of modes or of another size than that of the catalogue
[[nodiscard]] VoidProfiles stack_profiles(const fft::MeshField& contrast,
                                          const VoidCatalogue& catalogue, std::size_t shells,
                                          double extent);

}  // namespace nubox::stats
