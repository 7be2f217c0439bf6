#include "nubox/core/error.hpp"
#include "nubox/io/hdf5.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "gadget/snapshot_file.hpp"

#include <algorithm>
#include <cstring>
#include <map>

namespace nubox::gadget {
namespace {

/// With two chunks in the cache each chunk is decompressed once, although pieces are smaller than
/// chunks and cross their borders. Chunks usually have 1 to 25 MB.
constexpr std::size_t chunks_cached = 2;
constexpr std::size_t most_cache_bytes = std::size_t{128} << 20;

/// Size of a chunk in memory, 0 for a contiguous dataset. Closes the dataset again, because an open
/// dataset keeps the cache it was first opened with.
std::size_t chunk_bytes(hid_t file, const std::string& name) {
  const io::hdf5::Dataset dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), "open " + name);
  const io::hdf5::PropertyList list(H5Dget_create_plist(dataset.id()),
                                    "read the layout of " + name);
  if (H5Pget_layout(list.id()) != H5D_CHUNKED) return 0;
  std::array<hsize_t, 2> extents{1, 1};
  io::hdf5::check(H5Pget_chunk(list.id(), static_cast<int>(extents.size()), extents.data()),
                  "read the chunks of " + name);
  const io::hdf5::Type type(H5Dget_type(dataset.id()), "read the type of " + name);
  return static_cast<std::size_t>(extents[0] * extents[1]) * H5Tget_size(type.id());
}

/// Type to read IDs with: of the sign of the stored one, so that HDF5 keeps their bits. It would
/// change a negative number to 0, but programs store large IDs in signed numbers.
hid_t id_type(hid_t stored, int width) {
  const bool is_signed = H5Tget_sign(stored) == H5T_SGN_2;
  if (width == 4) return is_signed ? H5T_NATIVE_INT32 : H5T_NATIVE_UINT32;
  return is_signed ? H5T_NATIVE_INT64 : H5T_NATIVE_UINT64;
}

class Hdf5Reader : public FileReader {
 public:
  explicit Hdf5Reader(const std::filesystem::path& path)
      : where_(path.string()), file_(io::open_existing(path)) {}

  RawNumbers read(Quantity quantity, std::size_t type, std::uint64_t first,
                  std::size_t count) override {
    return io::reading(where_, [&] {
      const std::string name = dataset_path(type, quantity);
      const hid_t dataset = opened(name);
      const io::hdf5::Type stored(H5Dget_type(dataset), "read the type of " + name);
      const int width = H5Tget_size(stored.id()) <= 4 ? 4 : 8;
      const hid_t memory_type = quantity == Quantity::id ? id_type(stored.id(), width)
                                : width == 4             ? H5T_NATIVE_FLOAT
                                                         : H5T_NATIVE_DOUBLE;
      const std::size_t components = components_of(quantity);
      const std::array<hsize_t, 2> start{first, 0}, extent{count, components};
      const int rank = components == 1 ? 1 : 2;
      const io::hdf5::Space space(H5Dget_space(dataset), "select part of " + name);
      io::hdf5::check(H5Sselect_hyperslab(space.id(), H5S_SELECT_SET, start.data(), nullptr,
                                          extent.data(), nullptr),
                      "select part of " + name);
      const io::hdf5::Space memory(H5Screate_simple(rank, extent.data(), nullptr), "select memory");
      const std::size_t bytes = count * components * static_cast<std::size_t>(width);
      buffer_.resize(std::max(buffer_.size(), bytes));
      io::hdf5::check(
          H5Dread(dataset, memory_type, memory.id(), space.id(), H5P_DEFAULT, buffer_.data()),
          "read " + name);
      if (quantity == Quantity::id) clear_sign(H5Tget_size(stored.id()), count);
      return RawNumbers{std::span(buffer_).first(bytes), width, false};
    });
  }

 private:
  /// IDs of fewer than 4 bytes: HDF5 repeats their highest bit in the bytes that it adds.
  void clear_sign(std::size_t stored_bytes, std::size_t count) {
    if (stored_bytes >= sizeof(std::uint32_t)) return;
    const std::uint32_t mask = (std::uint32_t{1} << 8 * stored_bytes) - 1;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint32_t id = 0;
      std::memcpy(&id, &buffer_[i * sizeof(id)], sizeof(id));
      id &= mask;
      std::memcpy(&buffer_[i * sizeof(id)], &id, sizeof(id));
    }
  }

  /// Datasets stay open between pieces, so that their cache still holds the chunk in which the last
  /// piece ended.
  [[nodiscard]] hid_t opened(const std::string& name) {
    const auto found = datasets_.find(name);
    if (found != datasets_.end()) return found->second.id();
    const io::hdf5::PropertyList access(H5Pcreate(H5P_DATASET_ACCESS), "make a property list");
    const std::size_t bytes = chunk_bytes(file_.id(), name);
    if (bytes > 0) {
      io::hdf5::check(H5Pset_chunk_cache(access.id(), H5D_CHUNK_CACHE_NSLOTS_DEFAULT,
                                         std::min(chunks_cached * bytes, most_cache_bytes),
                                         H5D_CHUNK_CACHE_W0_DEFAULT),
                      "set the chunk cache");
    }
    io::hdf5::Dataset dataset(H5Dopen2(file_.id(), name.c_str(), access.id()), "open " + name);
    return datasets_.emplace(name, std::move(dataset)).first->second.id();
  }

  std::string where_;
  io::hdf5::File file_;
  std::map<std::string, io::hdf5::Dataset> datasets_;
  std::vector<std::byte> buffer_;
};

}  // namespace

std::unique_ptr<FileReader> open_hdf5_reader(const std::filesystem::path& path) {
  return std::make_unique<Hdf5Reader>(path);
}

}  // namespace nubox::gadget
