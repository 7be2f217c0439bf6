#include "io/slab_dataset.hpp"

#include "nubox/core/checksum.hpp"

#include <algorithm>
#include <array>

namespace nubox::io {
namespace {

/// Calls move(memory_space, file_space, first float of the piece) for consecutive planes of each
/// component.
template <class Move>
void for_each_piece(hid_t dataset, const GridShape& shape, const par::Slab& slab,
                    std::size_t transfer_bytes, Move&& move) {
  const std::size_t n = shape.n, plane = shape.plane();
  const bool vector = shape.components > 1;
  const std::size_t planes_per_piece =
      std::max<std::size_t>(1, transfer_bytes / (plane * sizeof(float)));
  const hdf5::Space file_space(H5Dget_space(dataset), "select a slab of a dataset");
  for (std::size_t c = 0; c < shape.components; ++c) {
    for (std::size_t x = 0; x < slab.count; x += planes_per_piece) {
      const std::size_t planes = std::min(planes_per_piece, slab.count - x);
      const std::array<hsize_t, 4> start{c, slab.start + x, 0, 0};
      const std::array<hsize_t, 4> extent{1, planes, n, n};
      const hsize_t length = planes * plane;
      hdf5::check(H5Sselect_hyperslab(file_space.id(), H5S_SELECT_SET, &start[vector ? 0 : 1],
                                      nullptr, &extent[vector ? 0 : 1], nullptr),
                  "select a slab of a dataset");
      const hdf5::Space memory_space(H5Screate_simple(1, &length, nullptr),
                                     "describe a slab in memory");
      move(memory_space.id(), file_space.id(), (c * slab.count + x) * plane);
    }
  }
}

}  // namespace

std::vector<std::uint64_t> plane_checksums(const GridShape& shape, std::span<const float> values) {
  const std::size_t plane = shape.plane();
  std::vector<std::uint64_t> planes(values.size() / plane);
  for (std::size_t i = 0; i < planes.size(); ++i)
    planes[i] = checksum_of(values.subspan(i * plane, plane));
  return planes;
}

std::string dataset_checksum(const par::SlabLayout& layout, std::size_t components,
                             const std::vector<std::uint64_t>& planes) {
  const auto gathered = layout.comm().all_gather(std::span<const std::uint64_t>(planes));
  std::vector<std::uint64_t> ordered(components * layout.n());
  std::size_t next = 0;
  for (int rank = 0; rank < layout.comm().size(); ++rank) {
    const par::Slab slab = layout.slab_of(rank);
    for (std::size_t c = 0; c < components; ++c) {
      for (std::size_t x = slab.start; x < slab.end(); ++x)
        ordered[c * layout.n() + x] = gathered[next++];
    }
  }
  return checksum_text(checksum_of(std::span<const std::uint64_t>(ordered)));
}

hdf5::Dataset create_grid_dataset(hid_t file, const std::string& name, const GridShape& shape) {
  const std::string what = "create dataset '" + name + "'";
  const std::vector<std::size_t> shape_extents = shape.extents();
  const std::vector<hsize_t> extents(shape_extents.begin(), shape_extents.end());
  const hdf5::Space space(
      H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr), what);
  const hdf5::PropertyList creation = hdf5::creation_without_times(H5P_DATASET_CREATE);
  hdf5::check(H5Pset_layout(creation.id(), H5D_CONTIGUOUS), what);
  hdf5::check(H5Pset_alloc_time(creation.id(), H5D_ALLOC_TIME_EARLY), what);
  hdf5::check(H5Pset_fill_time(creation.id(), H5D_FILL_TIME_NEVER), what);
  return {H5Dcreate2(file, name.c_str(), H5T_IEEE_F32LE, space.id(), H5P_DEFAULT, creation.id(),
                     H5P_DEFAULT),
          what};
}

void write_slab(hid_t dataset, const GridShape& shape, const par::Slab& slab,
                std::span<const float> values, std::size_t transfer_bytes) {
  for_each_piece(
      dataset, shape, slab, transfer_bytes, [&](hid_t memory, hid_t file, std::size_t first) {
        hdf5::check(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory, file, H5P_DEFAULT, &values[first]),
                    "write a slab of a dataset");
      });
}

void read_slab(hid_t dataset, const GridShape& shape, const par::Slab& slab,
               std::span<float> values, std::size_t transfer_bytes) {
  for_each_piece(
      dataset, shape, slab, transfer_bytes, [&](hid_t memory, hid_t file, std::size_t first) {
        hdf5::check(H5Dread(dataset, H5T_NATIVE_FLOAT, memory, file, H5P_DEFAULT, &values[first]),
                    "read a slab of a dataset");
      });
}

}  // namespace nubox::io
