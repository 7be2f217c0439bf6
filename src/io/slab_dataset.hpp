#pragma once

#include "nubox/par/slab.hpp"

#include "io/hdf5.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Vector datasets [components][N][N][N] dealt to ranks as x slabs [components][count][N][N].
namespace nubox::io {

inline constexpr std::size_t vector_components = 3;

/// XXH3 of each of this rank's planes, [components][count]. Rank-local.
[[nodiscard]] std::vector<std::uint64_t> plane_checksums(const par::SlabLayout& layout,
                                                         std::span<const float> values);

/// The dataset's checksum, equal for every rank count: XXH3 of all plane checksums in dataset
/// order. Collective.
[[nodiscard]] std::string dataset_checksum(const par::SlabLayout& layout,
                                           const std::vector<std::uint64_t>& planes);

/// A contiguous float dataset [3][n][n][n] whose space is taken at once and not filled. Rank-local.
[[nodiscard]] hdf5::Dataset create_vector_dataset(hid_t file, const std::string& name,
                                                  std::size_t n);

/// Moves a rank's slab, whole planes at a time, at most `transfer_bytes` (but one plane) per call.
/// Rank-local even on a file that all ranks opened: a component of a slab is one contiguous piece
/// of the file, so collective buffering has nothing to gather, and no rank waits for one that
/// failed.
void write_slab(hid_t dataset, std::size_t n, const par::Slab& slab, std::span<const float> values,
                std::size_t transfer_bytes);
void read_slab(hid_t dataset, std::size_t n, const par::Slab& slab, std::span<float> values,
               std::size_t transfer_bytes);

}  // namespace nubox::io
