#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/exchange_plan.hpp"

#include <cstddef>
#include <vector>

namespace nubox::field {

/// Copies of the mesh planes around this rank's slab, periodically, as far as particles reach whose
/// lowest plane is in the slab. Planes that the rank owns itself (one rank, or a mesh thinner than
/// the reach) are aliased, not copied. Slabs may have one plane or none.
class GhostPlanes {
 public:
  /// Number of planes on each side of the slab.
  struct Reach {
    std::size_t before = 0;
    std::size_t after = 0;
  };

  /// Zero-filled. Rank-local.
  GhostPlanes(const par::SlabLayout& layout, Reach reach, std::size_t row_floats);

  /// Start of each plane start - before, ..., end + after - 1 of the slab, own or ghost.
  [[nodiscard]] std::vector<float*> planes(fft::MeshField& mesh);
  [[nodiscard]] std::vector<const float*> planes(const fft::MeshField& mesh) const;

  /// Adds the ghosts to the planes of which they are copies, value = add(value, ghost), in the
  /// order of the ranks that hold the ghosts. Collective.
  template <class Add>
  void add_to_owners(fft::MeshField& mesh, Add add) const;
  /// Fills the ghosts from their owners. Collective.
  void fetch_from_owners(const fft::MeshField& mesh);

 private:
  template <class Float>
  [[nodiscard]] std::vector<Float*> plane_table(Float* own, Float* ghosts) const;

  par::SlabLayout layout_;
  Reach reach_;
  std::size_t plane_floats_;
  ExchangePlan plan_;          ///< owners send planes to the ranks that hold ghosts of them
  std::vector<float> ghosts_;  ///< as the plan receives them
};

template <class Add>
void GhostPlanes::add_to_owners(fft::MeshField& mesh, Add add) const {
  // The reverse of the plan: ghosts are sent to the owners of their planes.
  std::vector<float> returned(plan_.send_size());
  layout_.comm().all_to_all<float>(ghosts_, plan_.receive_counts(), returned, plan_.send_counts());
  for (const ExchangePlan::Sent& copy : plan_.sent()) {
    const float* source = returned.data() + copy.start;
    float* target = mesh.data() + (copy.plane - layout_.local().start) * plane_floats_;
    for (std::size_t i = 0; i < plane_floats_; ++i) target[i] = add(target[i], source[i]);
  }
}

}  // namespace nubox::field
