#include "nubox/sim/short_range_force.hpp"

#include "nubox/core/units.hpp"
#include "nubox/field/periodic.hpp"

#include "sim/chaining_mesh.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace nubox::sim {
namespace {

/// Ghosts are sent a little beyond the cut-off: positions are floats.
constexpr double ghost_margin = 1 + 1e-5;

/// Slabs of space of equal width, one per rank.
class Slabs {
 public:
  Slabs(const par::Comm& comm, double box_size_mpch)
      : ranks_(comm.size()), width_(box_size_mpch / comm.size()), box_(box_size_mpch) {}

  [[nodiscard]] double begin(int rank) const { return rank * width_; }
  [[nodiscard]] double end(int rank) const { return rank + 1 == ranks_ ? box_ : begin(rank + 1); }
  [[nodiscard]] int owner(float x) const { return std::clamp(index_of(x), 0, ranks_ - 1); }

  /// Calls visit(rank, x of the image) for every slab other than the owner's, and every periodic
  /// image of the owner's, within `reach` of x.
  template <class Visit>
  void for_each_ghost(float x, double reach, Visit&& visit) const {
    const int self = owner(x);
    const double at = static_cast<double>(x);
    for (int m = index_of(at - reach); m <= index_of(at + reach); ++m) {
      if (m == self) continue;
      const int period = m >= 0 ? m / ranks_ : -((-m + ranks_ - 1) / ranks_);
      visit(m - period * ranks_, static_cast<float>(at - period * box_));
    }
  }

 private:
  /// Slab around x, counted on through the periodic images.
  [[nodiscard]] int index_of(double x) const { return static_cast<int>(std::floor(x / width_)); }

  int ranks_;
  double width_, box_;
};

/// Positions of this rank's lattice particles, wrapped into [0, L).
std::vector<Point> positions_of(const field::LatticeField& displacement_mpch) {
  const std::size_t n = displacement_mpch.n();
  const double spacing = displacement_mpch.spacing_mpch(), box = displacement_mpch.box_size_mpch();
  const par::Slab slab = displacement_mpch.layout().local();
  std::vector<Point> points(displacement_mpch.local_sites());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::span<const float> psi = displacement_mpch.component(axis);
    for (std::size_t site = 0; site < points.size(); ++site) {
      const std::size_t index = axis == 0   ? slab.start + site / (n * n)
                                : axis == 1 ? site / n % n
                                            : site % n;
      const double x = spacing * static_cast<double>(index) + static_cast<double>(psi[site]);
      points[site][axis] = static_cast<float>(field::wrap_position(x, box));
    }
  }
  return points;
}

/// Records in the order of the ranks that they go to.
struct Outgoing {
  std::vector<Point> points;
  std::vector<std::size_t> counts;
};

Outgoing owned_by_rank(const Slabs& slabs, std::span<const Point> points, int ranks) {
  Outgoing out{std::vector<Point>(points.size()),
               std::vector<std::size_t>(static_cast<std::size_t>(ranks), 0)};
  for (const Point& p : points) ++out.counts[static_cast<std::size_t>(slabs.owner(p[0]))];
  std::vector<std::size_t> cursor = par::block_starts(out.counts);
  for (const Point& p : points)
    out.points[cursor[static_cast<std::size_t>(slabs.owner(p[0]))]++] = p;
  return out;
}

Outgoing ghosts_by_rank(const Slabs& slabs, std::span<const Point> points, int ranks,
                        double reach_mpch) {
  Outgoing out{{}, std::vector<std::size_t>(static_cast<std::size_t>(ranks), 0)};
  const auto for_each = [&](auto&& visit) {
    for (const Point& p : points) {
      slabs.for_each_ghost(p[0], reach_mpch, [&](int rank, float x) {
        visit(static_cast<std::size_t>(rank), Point{x, p[1], p[2]});
      });
    }
  };
  for_each([&](std::size_t rank, const Point&) { ++out.counts[rank]; });
  std::vector<std::size_t> cursor = par::block_starts(out.counts);
  std::size_t total = 0;
  for (const std::size_t count : out.counts) total += count;
  out.points.resize(total);
  for_each([&](std::size_t rank, const Point& p) { out.points[cursor[rank]++] = p; });
  return out;
}

}  // namespace

ShortRangeForce::ShortRangeForce(const par::Comm& comm, double box_size_mpch,
                                 const ForceSplit& split)
    : comm_(comm), box_size_mpch_(box_size_mpch), split_(split), mesh_(split) {}

void ShortRangeForce::evaluate(const field::LatticeField& displacement_mpch, double factor,
                               const Force::UseForce& use) {
  Stopwatch watch;
  const Slabs slabs(comm_, box_size_mpch_);
  const std::vector<Point> points = positions_of(displacement_mpch);
  std::vector<PairForce> owned_forces;
  std::vector<std::size_t> sent_counts, owned_counts;
  {
    std::vector<Point> owned, ghosts;
    {
      const Outgoing out = owned_by_rank(slabs, points, comm_.size());
      owned = comm_.all_to_all(out.points, out.counts, &owned_counts);
      sent_counts = out.counts;
    }
    {
      const Outgoing out =
          ghosts_by_rank(slabs, points, comm_.size(), split_.cutoff_mpch * ghost_margin);
      ghosts = comm_.all_to_all(out.points, out.counts);
    }
    times_.add("ghosts", watch.restart());
    const ChainingMesh cells(slabs.begin(comm_.rank()), slabs.end(comm_.rank()), box_size_mpch_,
                             split_.cutoff_mpch * ghost_margin, owned, ghosts);
    times_.add("cells", watch.restart());
    owned_forces.resize(owned.size());
    pairs_ += cells.sum_forces(split_, mesh_, owned_forces);
    times_.add("pairs", watch.restart());
  }
  // Sums over particles become a density contrast: one particle per cell of the lattice.
  const double spacing = displacement_mpch.spacing_mpch();
  const auto scale = static_cast<float>(factor * spacing * spacing * spacing / (4 * units::pi));
  float largest2 = 0;
  for (const PairForce& f : owned_forces) {
    largest2 = std::max(largest2, f.x * f.x + f.y * f.y + f.z * f.z);
  }
  largest_mpch_ = static_cast<double>(scale * std::sqrt(largest2));
  const std::vector<PairForce> forces = comm_.all_to_all(owned_forces, owned_counts);
  std::vector<float> values(forces.size());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    std::vector<std::size_t> cursor = par::block_starts(sent_counts);
    for (std::size_t i = 0; i < points.size(); ++i) {
      const PairForce& f = forces[cursor[static_cast<std::size_t>(slabs.owner(points[i][0]))]++];
      values[i] = scale * (axis == 0 ? f.x : axis == 1 ? f.y : f.z);
    }
    use(axis, 0, values);
  }
  times_.add("ghosts", watch.restart());
}

}  // namespace nubox::sim
