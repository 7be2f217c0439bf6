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

/// Planes of an n-plane axis dealt to ranks in blocks of ceil(n / P). With P > n, or n = 8 and
/// P = 5, the last ranks own nothing: every collective still includes them. Holds a handle of the
/// communicator, as do all objects that own a layout.
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
