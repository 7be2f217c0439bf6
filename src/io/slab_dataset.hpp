#pragma once

#include "nubox/io/hdf5.hpp"
#include "nubox/par/slab.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Grid datasets [components][N][N][N], distributed over the ranks as x slabs
/// [components][count][N][N].
namespace nubox::io {

inline constexpr std::size_t vector_components = 3;

/// [components][n][n][n]; a scalar (one component) has no component axis in the file.
struct GridShape {
  std::size_t components = vector_components;
  std::size_t n = 0;
  [[nodiscard]] std::size_t plane() const { return n * n; }
  [[nodiscard]] std::size_t values() const { return components * n * plane(); }
  [[nodiscard]] std::vector<std::size_t> extents() const {
    if (components == 1) return {n, n, n};
    return {components, n, n, n};
  }
};

/// XXH3 of each of this rank's planes, [components][count]. Rank-local.
[[nodiscard]] std::vector<std::uint64_t> plane_checksums(const GridShape& shape,
                                                         std::span<const float> values);

/// The dataset's checksum, equal for every rank count: XXH3 of all plane checksums in dataset
/// order. Collective.
[[nodiscard]] std::string dataset_checksum(const par::SlabLayout& layout, std::size_t components,
                                           const std::vector<std::uint64_t>& planes);

/// Creates a contiguous float dataset that is allocated but not filled. Rank-local.
[[nodiscard]] hdf5::Dataset create_grid_dataset(hid_t file, const std::string& name,
                                                const GridShape& shape);

/// Transfers the slab of a rank in whole planes, at most `transfer_bytes` (but at least one plane)
/// per call. Rank-local even on a file that all ranks opened: a component of a slab is contiguous
/// in the file, so collective buffering has no advantage, and no rank waits for one that failed.
void write_slab(hid_t dataset, const GridShape& shape, const par::Slab& slab,
                std::span<const float> values, std::size_t transfer_bytes);
void read_slab(hid_t dataset, const GridShape& shape, const par::Slab& slab,
               std::span<float> values, std::size_t transfer_bytes);

}  // namespace nubox::io
