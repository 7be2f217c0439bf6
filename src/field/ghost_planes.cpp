#include "field/ghost_planes.hpp"

#include "nubox/field/periodic.hpp"

#include <algorithm>

namespace nubox::field {
namespace {

/// The planes before a rank's slab, then those after it.
std::vector<NeededPlane> planes_around(const par::SlabLayout& layout, GhostPlanes::Reach reach,
                                       std::size_t plane_floats, int rank) {
  const par::Slab slab = layout.slab_of(rank);
  const std::size_t n = layout.n();
  std::vector<NeededPlane> planes;
  if (slab.count == 0) return planes;
  const auto add = [&](std::size_t first, std::size_t count) {
    for (std::size_t g = 0; g < count; ++g) {
      const std::size_t plane = (first + g) % n;
      planes.push_back({plane, layout.owner(plane), plane_floats});
    }
  };
  add(haloed_start(slab.start, reach.before, n), reach.before);
  add(slab.end(), reach.after);
  return planes;
}

}  // namespace

GhostPlanes::GhostPlanes(const par::SlabLayout& layout, Reach reach, std::size_t row_floats)
    : layout_(layout),
      reach_(reach),
      plane_floats_(layout.n() * row_floats),
      plan_(layout.comm(),
            [&](int rank) { return planes_around(layout, reach, layout.n() * row_floats, rank); }),
      ghosts_(plan_.receive_size()) {}

template <class Float>
std::vector<Float*> GhostPlanes::plane_table(Float* own, Float* ghosts) const {
  const par::Slab& slab = layout_.local();
  const auto around = planes_around(layout_, reach_, plane_floats_, layout_.comm().rank());
  const auto ghost = [&](std::size_t g) {
    const std::size_t plane = around[g].plane;
    return slab.contains(plane) ? own + (plane - slab.start) * plane_floats_
                                : ghosts + plan_.received_at(g);
  };
  std::vector<Float*> table;
  if (slab.count == 0) return table;
  for (std::size_t g = 0; g < reach_.before; ++g) table.push_back(ghost(g));
  for (std::size_t k = 0; k < slab.count; ++k) table.push_back(own + k * plane_floats_);
  for (std::size_t g = 0; g < reach_.after; ++g) table.push_back(ghost(reach_.before + g));
  return table;
}

std::vector<float*> GhostPlanes::planes(fft::MeshField& mesh) {
  return plane_table(mesh.data(), ghosts_.data());
}

std::vector<const float*> GhostPlanes::planes(const fft::MeshField& mesh) const {
  return plane_table(mesh.data(), ghosts_.data());
}

void GhostPlanes::fetch_from_owners(const fft::MeshField& mesh) {
  std::vector<float> send(plan_.send_size());
  for (const ExchangePlan::Sent& sent : plan_.sent()) {
    const float* source = mesh.data() + (sent.plane - layout_.local().start) * plane_floats_;
    std::copy_n(source, plane_floats_, send.data() + sent.start);
  }
  layout_.comm().all_to_all<float>(send, plan_.send_counts(), ghosts_, plan_.receive_counts());
}

}  // namespace nubox::field
