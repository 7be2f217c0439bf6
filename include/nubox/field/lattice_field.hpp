#pragma once

#include "nubox/par/slab.hpp"

#include <cstddef>
#include <memory_resource>
#include <span>
#include <vector>

namespace nubox::field {

/// A field on the Lagrangian lattice q = i L / N, distributed over ranks as x slabs:
/// [components][nx_local][N][N] float, C order, x slowest, z fastest.
class LatticeField {
 public:
  /// Zero-filled. `memory` must outlive the field. Rank-local.
  LatticeField(const par::SlabLayout& layout, std::size_t components, double box_size_mpch,
               std::pmr::memory_resource& memory = *std::pmr::get_default_resource());
  /// The same field with its values in other memory. Rank-local.
  LatticeField(const LatticeField& field, std::pmr::memory_resource& memory);

  [[nodiscard]] const par::SlabLayout& layout() const { return layout_; }
  [[nodiscard]] const par::Comm& comm() const { return layout_.comm(); }
  [[nodiscard]] std::size_t n() const { return layout_.n(); }
  [[nodiscard]] std::size_t components() const { return components_; }
  [[nodiscard]] double box_size_mpch() const { return box_size_mpch_; }
  [[nodiscard]] double spacing_mpch() const { return box_size_mpch_ / static_cast<double>(n()); }
  /// Lattice sites on this rank: nx_local N^2.
  [[nodiscard]] std::size_t local_sites() const { return layout_.local().count * n() * n(); }

  /// The memory that contains the values.
  [[nodiscard]] std::pmr::memory_resource& memory() const {
    return *values_.get_allocator().resource();
  }

  [[nodiscard]] std::span<float> values() { return values_; }
  [[nodiscard]] std::span<const float> values() const { return values_; }
  [[nodiscard]] std::span<float> component(std::size_t c) {
    return std::span<float>(values_).subspan(c * local_sites(), local_sites());
  }
  [[nodiscard]] std::span<const float> component(std::size_t c) const {
    return std::span<const float>(values_).subspan(c * local_sites(), local_sites());
  }
  [[nodiscard]] std::size_t site(std::size_t ix_local, std::size_t iy, std::size_t iz) const {
    return (ix_local * n() + iy) * n() + iz;
  }

 private:
  par::SlabLayout layout_;
  std::size_t components_;
  double box_size_mpch_;
  std::pmr::vector<float> values_;
};

}  // namespace nubox::field
