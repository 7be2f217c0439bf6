#include "nubox/par/slab.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>

namespace nubox::par {

SlabLayout::SlabLayout(const Comm& comm, std::size_t n) : comm_(comm), n_(n) {
  if (n == 0) throw InternalError("a slab layout needs at least one plane");
  const auto ranks = static_cast<std::size_t>(comm.size());
  block_ = (n + ranks - 1) / ranks;
  local_ = slab_of(comm.rank());
}

Slab SlabLayout::slab_of(int rank) const {
  const std::size_t start = std::min(n_, static_cast<std::size_t>(rank) * block_);
  return {start, std::min(block_, n_ - start)};
}

}  // namespace nubox::par
