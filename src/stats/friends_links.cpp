#include "stats/friends_links.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace nubox::stats {
namespace {

/// Consecutive particles.
struct ParticleRun {
  std::uint32_t first = 0, end = 0;
  [[nodiscard]] std::uint64_t size() const { return end - first; }
};

/// A neighbour of a block, with the offset of its image in blocks.
struct Neighbour {
  ParticleRun run;
  std::array<std::ptrdiff_t, 3> offset;
};

/// Below this number of distances a block and its neighbours are compared particle by particle,
/// which is then faster than by cells. Measured on evolved boxes.
constexpr std::uint64_t most_distances = 512;

/// Below this number of distances two cells are compared without looking at their extents.
constexpr std::uint64_t few_distances = 64;

/// Extent of particles relative to the first of them.
class Extent {
 public:
  Extent(std::span<const field::ParticlePosition> positions, ParticleRun run)
      : origin_(positions[run.first]) {
    for (std::uint32_t i = run.first; i < run.end; ++i) {
      const auto at = relative(positions[i]);
      for (std::size_t c = 0; c < 3; ++c) {
        low_[c] = std::min(low_[c], at[c]);
        high_[c] = std::max(high_[c], at[c]);
      }
    }
  }
  /// Square of the distance of a particle from the extent: not above that from any particle in it.
  [[nodiscard]] std::uint64_t distance2(const field::ParticlePosition& p) const {
    const auto at = relative(p);
    std::uint64_t sum = 0;
    for (std::size_t c = 0; c < 3; ++c) {
      const std::int64_t outside = std::max<std::int64_t>({low_[c] - at[c], at[c] - high_[c], 0});
      sum += static_cast<std::uint64_t>(outside * outside);
    }
    return sum;
  }

 private:
  [[nodiscard]] std::array<std::int64_t, 3> relative(const field::ParticlePosition& p) const {
    return {static_cast<std::int32_t>(p.x - origin_.x), static_cast<std::int32_t>(p.y - origin_.y),
            static_cast<std::int32_t>(p.z - origin_.z)};
  }
  field::ParticlePosition origin_;
  std::array<std::int64_t, 3> low_{}, high_{};
};

class Linker {
 public:
  Linker(const FriendsGrid& grid, const SortedParticles& particles)
      : grid_(grid),
        particles_(particles),
        positions_(particles.positions),
        sets_(particles.size()),
        reach_(grid.reach),
        side_(static_cast<std::ptrdiff_t>(grid.per_block)),
        width_(side_ + 2 * reach_),
        table_(static_cast<std::size_t>((side_ + reach_) * width_ * width_)) {
    for (std::ptrdiff_t dx = -reach_; dx <= reach_; ++dx) {
      for (std::ptrdiff_t dy = -reach_; dy <= reach_; ++dy) {
        for (std::ptrdiff_t dz = -reach_; dz <= reach_; ++dz) add_offset(dx, dy, dz);
      }
    }
  }

  DisjointSets link() {
    const auto side = static_cast<std::ptrdiff_t>(grid_.blocks);
    // The last plane of a part of the box is there as a neighbour only: its owner links it.
    const auto planes = static_cast<std::ptrdiff_t>(particles_.planes) -
                        (particles_.planes_follow_periodically ? 0 : 1);
    for (std::ptrdiff_t x = 0; x < planes; ++x) {
      for (std::ptrdiff_t y = 0; y < side; ++y) {
        for (std::ptrdiff_t z = 0; z < side; ++z) link_block({x, y, z});
      }
    }
    return std::move(sets_);
  }

 private:
  [[nodiscard]] static bool is_forward(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t z) {
    return x > 0 || (x == 0 && (y > 0 || (y == 0 && z > 0)));
  }

  /// Offsets of cells that can contain friends, by whether they are forward.
  void add_offset(std::ptrdiff_t dx, std::ptrdiff_t dy, std::ptrdiff_t dz) {
    if (dx == 0 && dy == 0 && dz == 0) return;
    const double cell = 0x1p32 / static_cast<double>(grid_.fine);
    double nearest2 = 0;
    for (const std::ptrdiff_t d : {dx, dy, dz}) {
      const auto gap = static_cast<double>(std::max<std::ptrdiff_t>(std::abs(d) - 1, 0)) * cell;
      nearest2 += gap * gap;
    }
    // A rounding error of this sum must not remove an offset.
    if (nearest2 > 1.000001 * static_cast<double>(grid_.length2)) return;
    const std::ptrdiff_t places = (dx * width_ + dy) * width_ + dz;
    if (is_forward(dx, dy, dz)) {
      forward_.push_back(places);
    } else {
      backward_.push_back({dy, dz, places});
    }
  }

  [[nodiscard]] ParticleRun block(std::ptrdiff_t x, std::ptrdiff_t y, std::ptrdiff_t z) const {
    const auto side = static_cast<std::ptrdiff_t>(grid_.blocks);
    const auto wrap = [&](std::ptrdiff_t i) { return i < 0 ? i + side : i >= side ? i - side : i; };
    const auto index = static_cast<std::size_t>((wrap(x) * side + wrap(y)) * side + wrap(z));
    return {particles_.starts[index], particles_.starts[index + 1]};
  }

  void link_block(const std::array<std::ptrdiff_t, 3>& at) {
    const ParticleRun own = block(at[0], at[1], at[2]);
    if (own.size() == 0) return;
    neighbours_.clear();
    std::uint64_t near = own.size();
    for (std::ptrdiff_t x = 0; x <= 1; ++x) {
      for (std::ptrdiff_t y = -x; y <= 1; ++y) {
        for (std::ptrdiff_t z = x == 0 && y == 0 ? 1 : -1; z <= 1; ++z) {
          const ParticleRun run = block(at[0] + x, at[1] + y, at[2] + z);
          if (run.size() > 0) neighbours_.push_back({run, {x, y, z}});
          near += run.size();
        }
      }
    }
    if (own.size() * near <= most_distances) {
      link_particles(own);
    } else {
      link_cells(own);
    }
  }

  void link_particles(ParticleRun own) {
    for (std::uint32_t i = own.first; i < own.end; ++i) {
      link_with(i, {i + 1, own.end});
      for (const Neighbour& neighbour : neighbours_) link_with(i, neighbour.run);
    }
  }
  void link_with(std::uint32_t i, ParticleRun run) {
    for (std::uint32_t j = run.first; j < run.end; ++j) {
      if (distance2(positions_[i], positions_[j]) <= grid_.length2) sets_.join(i, j);
    }
  }

  /// Cells of a block and of its neighbours within reach, with the place of each in the table.
  void collect(const Neighbour& neighbour, std::vector<std::uint32_t>& places) {
    std::uint32_t i = neighbour.run.first;
    while (i < neighbour.run.end) {
      const auto cell = grid_.cell_in_block(positions_[i]);
      ParticleRun run{i, i + 1};
      while (run.end < neighbour.run.end && grid_.cell_in_block(positions_[run.end]) == cell) {
        ++run.end;
      }
      i = run.end;
      std::array<std::ptrdiff_t, 3> at;
      for (std::size_t c = 0; c < 3; ++c) {
        at[c] = static_cast<std::ptrdiff_t>(cell[c]) + neighbour.offset[c] * side_;
      }
      // Cells grow with x: the rest of a neighbour in x is out of reach as well.
      if (at[0] >= side_ + reach_) return;
      const auto out = [&](std::ptrdiff_t a) { return a < -reach_ || a >= side_ + reach_; };
      if (out(at[1]) || out(at[2])) continue;
      const auto place =
          static_cast<std::uint32_t>((at[0] * width_ + at[1] + reach_) * width_ + at[2] + reach_);
      table_[place] = run;
      places.push_back(place);
    }
  }

  void link_cells(ParticleRun own) {
    own_places_.clear();
    other_places_.clear();
    collect({own, {0, 0, 0}}, own_places_);
    for (const Neighbour& neighbour : neighbours_) collect(neighbour, other_places_);
    for (const std::uint32_t place : own_places_) {
      const ParticleRun cell = table_[place];
      link_within(cell);
      const auto at = static_cast<std::ptrdiff_t>(place);
      for (const std::ptrdiff_t offset : forward_) {
        const ParticleRun other = table_[static_cast<std::size_t>(at + offset)];
        if (other.size() > 0) link_pair(cell, other);
      }
      link_backward(cell, at);
    }
    for (const std::uint32_t place : own_places_) table_[place] = {};
    for (const std::uint32_t place : other_places_) table_[place] = {};
  }

  /// Blocks are compared with the blocks after them. Some of these are reached by offsets that are
  /// not forward; such an offset to a cell of the same block is the same pair found forward.
  void link_backward(ParticleRun cell, std::ptrdiff_t at) {
    const std::ptrdiff_t z = at % width_ - reach_, y = at / width_ % width_ - reach_;
    if (y < side_ - reach_ && z < side_ - reach_) return;
    for (const BackwardOffset& offset : backward_) {
      const bool in_block = y + offset.dy >= 0 && y + offset.dy < side_ && z + offset.dz >= 0 &&
                            z + offset.dz < side_;
      // Places below zero are in the plane of blocks before, which is not in the table.
      if (in_block || at + offset.places < 0) continue;
      const ParticleRun other = table_[static_cast<std::size_t>(at + offset.places)];
      if (other.size() > 0) link_pair(cell, other);
    }
  }

  void link_within(ParticleRun cell) {
    for (std::uint32_t i = cell.first; i + 1 < cell.end; ++i) {
      if (grid_.cells_are_linked) {
        sets_.join(cell.first, i + 1);
      } else {
        link_with(i, {i + 1, cell.end});
      }
    }
  }

  void link_pair(ParticleRun a, ParticleRun b) {
    if (!grid_.cells_are_linked) {
      for (std::uint32_t i = a.first; i < a.end; ++i) link_with(i, b);
      return;
    }
    if (sets_.root(a.first) == sets_.root(b.first)) return;
    if (touch(a, b)) sets_.join(a.first, b.first);
  }

  [[nodiscard]] bool touch(ParticleRun a, ParticleRun b) const {
    // The extent does not know the images of a box with so few blocks.
    if (grid_.blocks < 3 || a.size() * b.size() <= few_distances) return any_friend(a, b);
    const Extent extent(positions_, b);
    for (std::uint32_t i = a.first; i < a.end; ++i) {
      if (extent.distance2(positions_[i]) <= grid_.length2 && any_friend({i, i + 1}, b))
        return true;
    }
    return false;
  }
  [[nodiscard]] bool any_friend(ParticleRun a, ParticleRun b) const {
    for (std::uint32_t i = a.first; i < a.end; ++i) {
      for (std::uint32_t j = b.first; j < b.end; ++j) {
        if (distance2(positions_[i], positions_[j]) <= grid_.length2) return true;
      }
    }
    return false;
  }

  struct BackwardOffset {
    std::ptrdiff_t dy, dz, places;
  };

  FriendsGrid grid_;
  const SortedParticles& particles_;
  std::span<const field::ParticlePosition> positions_;
  DisjointSets sets_;
  std::ptrdiff_t reach_, side_, width_;
  /// Cells [side + reach][width][width] of a block and beyond it, on both sides in y and z.
  std::vector<ParticleRun> table_;
  std::vector<std::ptrdiff_t> forward_;  ///< places in the table from a cell to its friends
  std::vector<BackwardOffset> backward_;
  std::vector<Neighbour> neighbours_;
  std::vector<std::uint32_t> own_places_, other_places_;
};

}  // namespace

DisjointSets::DisjointSets(std::uint32_t count) : parent_(count) {
  std::iota(parent_.begin(), parent_.end(), 0U);
}

DisjointSets link_friends(const FriendsGrid& grid, const SortedParticles& particles) {
  return Linker(grid, particles).link();
}

}  // namespace nubox::stats
