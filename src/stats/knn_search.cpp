#include "stats/knn_search.hpp"

#include <algorithm>
#include <cstdlib>

namespace nubox::stats {
namespace {

class Search {
 public:
  Search(const FriendsGrid& grid, const SortedParticles& particles,
         const field::ParticlePosition& point, Nearest& nearest)
      : particles_(particles),
        point_(point),
        nearest_(nearest),
        side_(static_cast<std::ptrdiff_t>(grid.blocks)),
        width_((std::uint64_t{1} << 32) / grid.blocks),
        at_{static_cast<std::ptrdiff_t>(grid.block_index(point.x)),
            static_cast<std::ptrdiff_t>(grid.block_index(point.y)),
            static_cast<std::ptrdiff_t>(grid.block_index(point.z))} {}

  /// Visits cubes of blocks of growing size about that of the point. Particles outside the cube of
  /// `shell` are farther than `shell` blocks.
  void run() {
    for (std::ptrdiff_t shell = 0; shell <= side_ / 2; ++shell) {
      if (shell > 0 && square(shell - 1) > nearest_.bound()) return;
      for (std::ptrdiff_t dx = -shell; dx <= shell; ++dx) {
        if (!is_image(dx) || !has_plane(dx)) continue;
        for (std::ptrdiff_t dy = -shell; dy <= shell; ++dy) {
          if (!is_image(dy) || gap2(dx) + gap2(dy) > nearest_.bound()) continue;
          visit_row(dx, dy, shell);
        }
      }
    }
  }

 private:
  [[nodiscard]] std::uint64_t square(std::ptrdiff_t blocks) const {
    const std::uint64_t length = static_cast<std::uint64_t>(blocks) * width_;
    return length * length;
  }
  /// Square of the least distance of a block that is `d` blocks away.
  [[nodiscard]] std::uint64_t gap2(std::ptrdiff_t d) const {
    return d == 0 ? 0 : square(std::abs(d) - 1);
  }
  /// One of the offsets that reach every block once.
  [[nodiscard]] bool is_image(std::ptrdiff_t d) const { return 2 * d <= side_ && 2 * d > -side_; }
  [[nodiscard]] std::ptrdiff_t wrap(std::ptrdiff_t i) const {
    return i < 0 ? i + side_ : i >= side_ ? i - side_ : i;
  }
  [[nodiscard]] std::ptrdiff_t plane(std::ptrdiff_t dx) const {
    return wrap(at_[0] + dx) - static_cast<std::ptrdiff_t>(particles_.first_plane);
  }
  [[nodiscard]] bool has_plane(std::ptrdiff_t dx) const {
    return plane(dx) >= 0 && plane(dx) < static_cast<std::ptrdiff_t>(particles_.planes);
  }

  /// Blocks of a row in z that belong to the surface of the cube.
  void visit_row(std::ptrdiff_t dx, std::ptrdiff_t dy, std::ptrdiff_t shell) {
    const std::ptrdiff_t row = (plane(dx) * side_ + wrap(at_[1] + dy)) * side_;
    const bool whole = std::abs(dx) == shell || std::abs(dy) == shell;
    const std::ptrdiff_t step = whole || shell == 0 ? 1 : 2 * shell;
    for (std::ptrdiff_t dz = -shell; dz <= shell; dz += step) {
      if (!is_image(dz)) continue;
      const auto block = static_cast<std::size_t>(row + wrap(at_[2] + dz));
      for (std::uint32_t i = particles_.starts[block]; i < particles_.starts[block + 1]; ++i) {
        nearest_.add(distance2(point_, particles_.positions[i]));
      }
    }
  }

  const SortedParticles& particles_;
  field::ParticlePosition point_;
  Nearest& nearest_;
  std::ptrdiff_t side_;
  std::uint64_t width_;  ///< of a block, rounded down
  std::ptrdiff_t at_[3];
};

}  // namespace

void find_nearest(const FriendsGrid& grid, const SortedParticles& particles,
                  const field::ParticlePosition& point, Nearest& nearest) {
  if (particles.positions.empty()) return;
  Search(grid, particles, point, nearest).run();
}

}  // namespace nubox::stats
