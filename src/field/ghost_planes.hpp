#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <cstddef>
#include <vector>

namespace nubox::field {

/// Copies of the `extra` mesh planes that follow this rank's slab, periodically: a particle whose
/// lowest plane is in the slab reaches no further. Planes that the rank owns itself (one rank, or
/// a mesh thinner than the reach) are aliased, not copied. Slabs of one plane and ranks without
/// planes are ordinary cases.
class GhostPlanes {
 public:
  /// Zero-filled. Rank-local.
  GhostPlanes(const par::SlabLayout& layout, std::size_t extra, std::size_t row_floats);

  /// Start of each plane start, start + 1, ..., end + extra - 1 of the slab, own or ghost.
  [[nodiscard]] std::vector<float*> planes(fft::MeshField& mesh);
  [[nodiscard]] std::vector<const float*> planes(const fft::MeshField& mesh) const;

  /// Adds the ghosts to the planes of which they are copies. Collective.
  void add_to_owners(fft::MeshField& mesh) const;
  /// Fills the ghosts from their owners. Collective.
  void fetch_from_owners(const fft::MeshField& mesh);

 private:
  /// Planes that `rank` copies from others, by owner and then in mesh order.
  [[nodiscard]] std::vector<std::size_t> remote_planes(int rank) const;
  /// Floats per owner of this rank's ghosts, and per rank of the copies of this rank's planes.
  [[nodiscard]] std::vector<std::size_t> ghost_counts() const;
  [[nodiscard]] std::vector<std::size_t> copy_counts() const;
  template <class Float>
  [[nodiscard]] std::vector<Float*> plane_table(Float* own, Float* ghosts) const;

  par::SlabLayout layout_;
  std::size_t extra_;
  std::size_t plane_floats_;
  std::vector<std::size_t> remote_;  ///< remote_planes of this rank
  std::vector<float> ghosts_;
};

}  // namespace nubox::field
