#include "field/ghost_planes.hpp"

#include <algorithm>

namespace nubox::field {

GhostPlanes::GhostPlanes(const par::SlabLayout& layout, std::size_t extra, std::size_t row_floats)
    : layout_(layout),
      extra_(extra),
      plane_floats_(layout.n() * row_floats),
      remote_(remote_planes(layout.comm().rank())),
      ghosts_(remote_.size() * plane_floats_) {}

std::vector<std::size_t> GhostPlanes::remote_planes(int rank) const {
  const par::Slab slab = layout_.slab_of(rank);
  std::vector<std::size_t> planes;
  for (std::size_t g = 0; slab.count > 0 && g < extra_; ++g) {
    const std::size_t plane = (slab.end() + g) % layout_.n();
    if (!slab.contains(plane)) planes.push_back(plane);
  }
  std::stable_sort(planes.begin(), planes.end(), [this](std::size_t a, std::size_t b) {
    return layout_.owner(a) < layout_.owner(b);
  });
  return planes;
}

template <class Float>
std::vector<Float*> GhostPlanes::plane_table(Float* own, Float* ghosts) const {
  const par::Slab& slab = layout_.local();
  std::vector<Float*> table;
  for (std::size_t k = 0; slab.count > 0 && k < slab.count + extra_; ++k) {
    const std::size_t plane = (slab.start + k) % layout_.n();
    if (slab.contains(plane)) {
      table.push_back(own + (plane - slab.start) * plane_floats_);
    } else {
      const auto slot = std::find(remote_.begin(), remote_.end(), plane) - remote_.begin();
      table.push_back(ghosts + static_cast<std::size_t>(slot) * plane_floats_);
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

std::vector<std::size_t> GhostPlanes::ghost_counts() const {
  std::vector<std::size_t> counts(static_cast<std::size_t>(layout_.comm().size()), 0);
  for (const std::size_t plane : remote_) {
    counts[static_cast<std::size_t>(layout_.owner(plane))] += plane_floats_;
  }
  return counts;
}

std::vector<std::size_t> GhostPlanes::copy_counts() const {
  std::vector<std::size_t> counts;
  for (int r = 0; r < layout_.comm().size(); ++r) {
    const auto planes = remote_planes(r);
    const auto mine = std::count_if(planes.begin(), planes.end(), [this](std::size_t plane) {
      return layout_.local().contains(plane);
    });
    counts.push_back(static_cast<std::size_t>(mine) * plane_floats_);
  }
  return counts;
}

void GhostPlanes::fetch_from_owners(const fft::MeshField& mesh) {
  std::vector<float> send;
  for (int r = 0; r < layout_.comm().size(); ++r) {
    for (const std::size_t plane : remote_planes(r)) {
      if (!layout_.local().contains(plane)) continue;
      const float* source = mesh.data() + (plane - layout_.local().start) * plane_floats_;
      send.insert(send.end(), source, source + plane_floats_);
    }
  }
  layout_.comm().all_to_all<float>(send, copy_counts(), ghosts_, ghost_counts());
}

}  // namespace nubox::field
