#include "field/ghost_planes.hpp"

#include <algorithm>

namespace nubox::field {
namespace {

/// The `extra` planes that follow a rank's slab.
std::vector<NeededPlane> planes_after(const par::SlabLayout& layout, std::size_t extra,
                                      std::size_t plane_floats, int rank) {
  const par::Slab slab = layout.slab_of(rank);
  std::vector<NeededPlane> planes;
  for (std::size_t g = 0; slab.count > 0 && g < extra; ++g) {
    const std::size_t plane = (slab.end() + g) % layout.n();
    planes.push_back({plane, layout.owner(plane), plane_floats});
  }
  return planes;
}

}  // namespace

GhostPlanes::GhostPlanes(const par::SlabLayout& layout, std::size_t extra, std::size_t row_floats)
    : layout_(layout),
      extra_(extra),
      plane_floats_(layout.n() * row_floats),
      plan_(layout.comm(),
            [&](int rank) { return planes_after(layout, extra, layout.n() * row_floats, rank); }),
      ghosts_(plan_.receive_size()) {}

template <class Float>
std::vector<Float*> GhostPlanes::plane_table(Float* own, Float* ghosts) const {
  const par::Slab& slab = layout_.local();
  std::vector<Float*> table;
  for (std::size_t k = 0; k < slab.count; ++k) table.push_back(own + k * plane_floats_);
  const auto after = planes_after(layout_, extra_, plane_floats_, layout_.comm().rank());
  for (std::size_t g = 0; g < after.size(); ++g) {
    const std::size_t plane = after[g].plane;
    if (slab.contains(plane)) {
      table.push_back(own + (plane - slab.start) * plane_floats_);
    } else {
      table.push_back(ghosts + plan_.received_at(g));
    }
  }
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
