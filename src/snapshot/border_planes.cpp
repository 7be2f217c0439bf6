#include "snapshot/border_planes.hpp"

#include <cstddef>

namespace nubox::snapshot {
namespace {

/// Sends one x plane of the slab to the rank that owns another plane, and returns the plane that
/// arrives. Ranks without planes send nothing. Collective.
std::vector<float> exchanged(const field::LatticeField& field, std::size_t plane_in_slab,
                             std::size_t towards) {
  const par::SlabLayout& layout = field.layout();
  const std::size_t plane = layout.n() * layout.n();
  std::vector<std::size_t> counts(static_cast<std::size_t>(layout.comm().size()), 0);
  std::vector<float> send;
  if (layout.local().count > 0) {
    counts[static_cast<std::size_t>(layout.owner(towards))] = 3 * plane;
    for (std::size_t c = 0; c < 3; ++c) {
      const auto values = field.component(c).subspan(plane_in_slab * plane, plane);
      send.insert(send.end(), values.begin(), values.end());
    }
  }
  return layout.comm().all_to_all(send, counts);
}

}  // namespace

BorderPlanes border_planes(const field::LatticeField& field) {
  const par::Slab& slab = field.layout().local();
  const std::size_t n = field.n(), last = slab.count > 0 ? slab.count - 1 : 0;
  BorderPlanes planes;
  planes.before = exchanged(field, last, slab.end() % n);
  planes.after = exchanged(field, 0, (slab.start + n - 1) % n);
  return planes;
}

}  // namespace nubox::snapshot
