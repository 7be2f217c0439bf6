#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/particle_route.hpp"
#include "nubox/stats/triangles.hpp"

#include <limits>
#include <memory>
#include <string>
#include <vector>

namespace nubox::stats {

struct BispectrumOptions {
  double k1_hmpc = 0.15, k2_hmpc = 0.25;  ///< two sides of the triangles
  std::size_t n_theta = 25;               ///< angles between them, as in triangles_by_angle
  std::vector<double> bins_kF =
      {};  ///< lowest edge, highest edge, width of triangles_of_bins; or empty
  bool interlaced = false;
};

/// Shells and the triangles that they form. Wavenumbers in h/Mpc.
struct TriangleList {
  std::vector<Shell> shells;
  std::vector<double> k_hmpc;  ///< centre of every shell
  std::vector<Triangle> triangles;
  std::vector<double> theta;  ///< angle between k1 and k2 of every triangle; empty for binnings
};

/// k1, k2 and n_theta angles j pi / (n_theta - 1) between the two vectors: theta = 0 gives k3 = k1
/// + k2. Shells k - k_F <= |k| < k + k_F with the fundamental k_F = 2 pi / L (the `Bk` of Pylians).
/// @throws UsageError if k1 or k2 lies below k_F or n_theta < 2
[[nodiscard]] TriangleList triangles_by_angle(double box_size_mpch, double k1_hmpc, double k2_hmpc,
                                              std::size_t n_theta);

/// All triangles k1 <= k2 <= k3 of the shells lowest + i width <= |q| < lowest + (i + 1) width that
/// end at or below `highest`, if three sides of such lengths can form a triangle. Edges are in
/// units of the fundamental, so that integers are exact.
/// @throws UsageError if lowest < 1, width <= 0 or no shell fits
[[nodiscard]] TriangleList triangles_of_bins(double box_size_mpch, double lowest_kF,
                                             double highest_kF, double width_kF);

/// B and Q of every triangle of a list, shot noise not subtracted; NaN if the box has no such
/// triangle or, for Q, no power.
struct BispectrumTable {
  std::vector<double> b;      ///< (Mpc/h)^6
  std::vector<double> q;      ///< B / (P1 P2 + P2 P3 + P3 P1), powers over the same shells
  std::vector<double> power;  ///< by shell, (Mpc/h)^3
};

/// Estimator for one list of triangles in one box. The constructor counts the triangles and plans a
/// mesh; the estimator can be applied to any number of fields. With D_i(x) the modes of shell i,
/// window divided out:
///   `B = V^2 <D1 D2 D3>_x / N_triangles`, where the mean is over a mesh just large enough that no
/// sum of three modes wraps around to zero. The full mesh is not transformed. Construction and
/// measuring are collective.
class Bispectrum {
 public:
  /// `mesh_n`: points per side of later meshes, checked before triangles are counted.
  /// @throws UsageError (agreed) if no triangle of the list exists in the box, or as require_mesh
  Bispectrum(const par::Comm& comm, double box_size_mpch, TriangleList list,
             std::size_t mesh_n = std::numeric_limits<std::size_t>::max());

  [[nodiscard]] const TriangleList& list() const { return list_; }
  [[nodiscard]] const std::vector<std::uint64_t>& counts() const { return counts_; }
  /// Points per side of the mesh for the products.
  [[nodiscard]] std::size_t product_mesh_n() const { return plan_->layout().n(); }
  /// Smallest mesh that contains all shells below its Nyquist planes.
  [[nodiscard]] std::size_t smallest_mesh_n() const;
  /// @throws UsageError (agreed) for a mesh smaller than that. Collective.
  void require_mesh(const par::Comm& comm, std::size_t mesh_n) const;

  /// `modes`: c_n of the contrast, painted with `assignment` on a mesh over the same box.
  /// @throws UsageError as require_mesh
  [[nodiscard]] BispectrumTable measure(const fft::MeshField& modes,
                                        field::Assignment assignment) const;

 private:
  double box_size_mpch_;
  TriangleList list_;
  std::vector<std::uint64_t> counts_;
  int largest_component_ = 0;
  std::shared_ptr<const fft::Plan> plan_;
};

/// Smallest even number >= least without prime factors above 5, for which FFTs are fast.
[[nodiscard]] std::size_t even_smooth_size(std::size_t least);

}  // namespace nubox::stats
