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

  /// Adds the ghosts to the planes of which they are copies, value = add(value, ghost). Collective.
  template <class Add>
  void add_to_owners(fft::MeshField& mesh, Add add) const;
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

template <class Add>
void GhostPlanes::add_to_owners(fft::MeshField& mesh, Add add) const {
  const auto counts = copy_counts();
  std::size_t total = 0;
  for (const std::size_t count : counts) total += count;
  std::vector<float> received(total);
  layout_.comm().all_to_all<float>(ghosts_, ghost_counts(), received, counts);
  const float* source = received.data();
  for (int r = 0; r < layout_.comm().size(); ++r) {
    for (const std::size_t plane : remote_planes(r)) {
      if (!layout_.local().contains(plane)) continue;
      float* target = mesh.data() + (plane - layout_.local().start) * plane_floats_;
      for (std::size_t i = 0; i < plane_floats_; ++i) target[i] = add(target[i], source[i]);
      source += plane_floats_;
    }
  }
}

}  // namespace nubox::field
