#pragma once

#include "nubox/par/comm.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <hdf5.h>

/// RAII handles and helpers for the HDF5 C API. All functions are rank-local unless noted.
namespace nubox::io::hdf5 {

/// @throws FileSystemError "cannot <what>: <HDF5's reasons, innermost first>"; clears HDF5's stack
[[noreturn]] void fail(std::string_view what);

/// Returns a non-negative result unchanged. @throws FileSystemError on a negative one
template <class Result>
Result check(Result result, std::string_view what) {
  if (result < 0) fail(what);
  return result;
}

/// Owner of one HDF5 identifier. Call close() if the result of closing matters (a file with delayed
/// writes); the destructor ignores it.
template <auto close_function>
class Handle {
 public:
  Handle() = default;
  /// @throws FileSystemError on a negative id
  Handle(hid_t id, std::string_view what) : id_(check(id, what)) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (id_ >= 0) close_function(id_);
  }
  [[nodiscard]] hid_t id() const noexcept { return id_; }
  void close(std::string_view what) {
    check(close_function(std::exchange(id_, H5I_INVALID_HID)), what);
  }

 private:
  hid_t id_ = H5I_INVALID_HID;
};

using File = Handle<&H5Fclose>;
using Group = Handle<&H5Gclose>;
using Dataset = Handle<&H5Dclose>;
using Space = Handle<&H5Sclose>;
using Attribute = Handle<&H5Aclose>;
using Type = Handle<&H5Tclose>;
using PropertyList = Handle<&H5Pclose>;
using Object = Handle<&H5Oclose>;

enum class Access { read, write };

/// Creation property list (H5P_FILE_CREATE, H5P_GROUP_CREATE, H5P_DATASET_CREATE) without time
/// stamps, so that the same contents give the same bytes.
[[nodiscard]] PropertyList creation_without_times(hid_t list_class);

/// Creates an empty file at the path of a RawFile::in_memory(), with a driver that does not resolve
/// links. HDF5 does not use the first `user_block_bytes` (0, or 512 times a power of two).
[[nodiscard]] File create_file_in_memory(const std::filesystem::path& path,
                                         std::size_t user_block_bytes = 0);
[[nodiscard]] File open_file(const std::filesystem::path& path, Access access);
/// For writing by all ranks through MPI-IO. Opening and closing are collective.
[[nodiscard]] File open_file_parallel(const std::filesystem::path& path, const par::Comm& comm);

/// Whether a file exists and begins as HDF5 files do.
[[nodiscard]] bool is_hdf5(const std::filesystem::path& path);

/// Opens the bytes of a whole file in memory, read-only.
[[nodiscard]] File open_image(std::span<const std::byte> bytes);

/// One object below the root: path without leading slash.
struct Entry {
  std::string path;
  bool is_dataset = false;
};
/// All groups and datasets, ordered by name, parents first.
[[nodiscard]] std::vector<Entry> list_objects(hid_t file);

/// Extents of a dataspace; empty for a scalar.
[[nodiscard]] std::vector<std::size_t> shape_of(hid_t dataset);

}  // namespace nubox::io::hdf5
