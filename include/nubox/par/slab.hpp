#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>

namespace nubox::par {

/// Consecutive planes [start, start + count) of one axis.
struct Slab {
  std::size_t start = 0;
  std::size_t count = 0;
  [[nodiscard]] std::size_t end() const { return start + count; }
  [[nodiscard]] bool contains(std::size_t plane) const { return plane >= start && plane < end(); }
  bool operator==(const Slab&) const = default;
};

/// The n planes of an axis, distributed over P ranks in blocks of ceil(n / P). With P > n, or n = 8
/// and P = 5, the last ranks own no planes, but take part in every collective. Holds a handle of
/// the communicator.
class SlabLayout {
 public:
  SlabLayout(const Comm& comm, std::size_t n);

  [[nodiscard]] const Comm& comm() const { return comm_; }
  [[nodiscard]] std::size_t n() const { return n_; }
  [[nodiscard]] const Slab& local() const { return local_; }
  [[nodiscard]] Slab slab_of(int rank) const;
  /// Rank that owns a plane; plane < n.
  [[nodiscard]] int owner(std::size_t plane) const { return static_cast<int>(plane / block_); }

 private:
  Comm comm_;
  std::size_t n_;
  std::size_t block_;
  Slab local_;
};

}  // namespace nubox::par
