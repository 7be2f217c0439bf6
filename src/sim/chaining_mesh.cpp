#include "sim/chaining_mesh.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nubox::sim {
namespace {

constexpr std::uint32_t not_owned = std::numeric_limits<std::uint32_t>::max();
/// Cells per cut-off: two keep a third of the candidate pairs within the cut-off and cells full
/// enough to be worth a loop.
constexpr int cells_per_cutoff = 2;
/// Further than every cut-off from every particle, and its square is a float.
constexpr float far_away = 1e9F;

/// Calls visit(image, is_original) for a point and its periodic images in y and z that lie within
/// `margin` of [0, box).
template <class Visit>
void for_each_image(const Point& point, float box, float margin, Visit&& visit) {
  std::array<std::array<float, 2>, 2> shifts{};
  std::array<std::size_t, 2> count{1, 1};
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const float c = point[axis + 1];
    if (c < margin) shifts[axis][count[axis]++] = box;
    // A box narrower than two margins would need both images; the options exclude it.
    if (count[axis] == 1 && c >= box - margin) shifts[axis][count[axis]++] = -box;
  }
  for (std::size_t i = 0; i < count[0]; ++i) {
    for (std::size_t j = 0; j < count[1]; ++j) {
      visit(Point{point[0], point[1] + shifts[0][i], point[2] + shifts[1][j]}, i + j == 0);
    }
  }
}

/// Arrays of sources for one cell of targets.
class SourceBuffer {
 public:
  void clear() { size_ = 0; }
  void add(const float* x, const float* y, const float* z, std::size_t count) {
    const std::size_t padded = size_ + count + pair_lanes;
    if (x_.size() < padded) {
      for (auto* v : {&x_, &y_, &z_}) v->resize(2 * padded);
    }
    std::copy_n(x, count, x_.data() + size_);
    std::copy_n(y, count, y_.data() + size_);
    std::copy_n(z, count, z_.data() + size_);
    size_ += count;
  }
  [[nodiscard]] PairSources padded() {
    const std::size_t count = (size_ + pair_lanes - 1) / pair_lanes * pair_lanes;
    std::fill(x_.begin() + static_cast<std::ptrdiff_t>(size_),
              x_.begin() + static_cast<std::ptrdiff_t>(count), far_away);
    return {x_.data(), y_.data(), z_.data(), count};
  }

 private:
  std::vector<float> x_, y_, z_;
  std::size_t size_ = 0;
};

}  // namespace

ChainingMesh::ChainingMesh(double x0_mpch, double x1_mpch, double box_size_mpch, double cutoff_mpch,
                           std::span<const Point> owned, std::span<const Point> ghosts)
    : per_cell_(cells_per_cutoff / cutoff_mpch) {
  const std::array<double, 3> width{x1_mpch - x0_mpch, box_size_mpch, box_size_mpch};
  // One cell more than the cut-off on each side: rounding may move a particle across an edge.
  const double margin_mpch = cutoff_mpch + 1 / per_cell_;
  corner_mpch_ = {x0_mpch - margin_mpch, -margin_mpch, -margin_mpch};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    cells_[axis] =
        static_cast<std::size_t>(std::ceil((width[axis] + 2 * margin_mpch) * per_cell_)) + 1;
  }
  for (int dx = -cells_per_cutoff; dx <= cells_per_cutoff; ++dx) {
    for (int dy = -cells_per_cutoff; dy <= cells_per_cutoff; ++dy) {
      // Least distance of two cells, in cells: |offset| - 1 per axis.
      const auto gap = [](int d) { return std::max(0, std::abs(d) - 1); };
      const double left =
          cells_per_cutoff * cells_per_cutoff - gap(dx) * gap(dx) - gap(dy) * gap(dy);
      if (left <= 0) continue;
      const int dz = std::min(cells_per_cutoff, static_cast<int>(std::ceil(std::sqrt(left))));
      rows_.push_back({dx, dy, dz});
    }
  }
  const auto box = static_cast<float>(box_size_mpch), margin = static_cast<float>(cutoff_mpch);
  begin_.assign(cells_[0] * cells_[1] * cells_[2] + 1, 0);
  for (const auto points : {owned, ghosts}) {
    for (const Point& point : points) {
      for_each_image(point, box, margin, [&](const Point& p, bool) { ++begin_[cell_of(p) + 1]; });
    }
  }
  std::size_t total = 0;
  for (std::uint32_t& count : begin_) {
    total += count;
    if (total >= not_owned) throw InternalError("more than 2^32 particles on one rank");
    count = static_cast<std::uint32_t>(total);
  }
  for (auto* coordinate : {&x_, &y_, &z_}) coordinate->resize(total);
  target_.resize(total);
  std::vector<std::uint32_t> cursor(begin_.begin(), begin_.end() - 1);
  const auto place = [&](const Point& p, std::uint32_t target) {
    const std::size_t at = cursor[cell_of(p)]++;
    x_[at] = p[0];
    y_[at] = p[1];
    z_[at] = p[2];
    target_[at] = target;
  };
  for (std::size_t i = 0; i < owned.size(); ++i) {
    for_each_image(owned[i], box, margin, [&](const Point& p, bool original) {
      place(p, original ? static_cast<std::uint32_t>(i) : not_owned);
    });
  }
  for (const Point& point : ghosts) {
    for_each_image(point, box, margin, [&](const Point& p, bool) { place(p, not_owned); });
  }
}

std::size_t ChainingMesh::cell_of(const Point& point) const {
  std::size_t cell = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double at = (static_cast<double>(point[axis]) - corner_mpch_[axis]) * per_cell_;
    const auto index = static_cast<std::size_t>(std::max(0.0, at));
    cell = cell * cells_[axis] + std::min(index, cells_[axis] - 1);
  }
  return cell;
}

std::uint64_t ChainingMesh::sum_forces(const ForceSplit& split, const MeshPairForce& mesh,
                                       std::span<PairForce> forces) const {
  const auto softening = static_cast<float>(split.softening_mpch);
  const auto cutoff2 = static_cast<float>(split.cutoff_mpch * split.cutoff_mpch);
  SourceBuffer buffer;
  std::uint64_t pairs = 0;
  const auto at = [&](std::size_t ix, std::size_t iy, std::size_t iz) {
    return (ix * cells_[1] + iy) * cells_[2] + iz;
  };
  // Targets lie at least a cut-off from the edge of the cells.
  constexpr std::size_t margin = cells_per_cutoff;
  for (std::size_t ix = margin; ix + margin < cells_[0]; ++ix) {
    for (std::size_t iy = margin; iy + margin < cells_[1]; ++iy) {
      for (std::size_t iz = margin; iz + margin < cells_[2]; ++iz) {
        const std::size_t cell = at(ix, iy, iz);
        const auto is_owned = [](std::uint32_t target) { return target != not_owned; };
        const auto first = target_.begin() + begin_[cell],
                   last = target_.begin() + begin_[cell + 1];
        if (std::none_of(first, last, is_owned)) continue;
        buffer.clear();
        for (const auto& [dx, dy, dz] : rows_) {
          const std::size_t row =
              at(ix + static_cast<std::size_t>(dx), iy + static_cast<std::size_t>(dy), iz);
          const std::size_t from = begin_[row - static_cast<std::size_t>(dz)];
          const std::size_t to = begin_[row + static_cast<std::size_t>(dz) + 1];
          buffer.add(&x_[from], &y_[from], &z_[from], to - from);
        }
        const PairSources sources = buffer.padded();
        for (std::size_t i = begin_[cell]; i < begin_[cell + 1]; ++i) {
          if (target_[i] == not_owned) continue;
          forces[target_[i]] = pair_force(sources, mesh, softening, cutoff2, x_[i], y_[i], z_[i]);
          pairs += sources.count;
        }
      }
    }
  }
  return pairs;
}

}  // namespace nubox::sim
