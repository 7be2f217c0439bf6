#include "nubox/io/hdf5.hpp"

#include "nubox/core/error.hpp"

namespace nubox::io::hdf5 {
namespace {

/// Switches HDF5's own error output off: the text of failures goes into exceptions.
void silence() { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

/// HDF5 reports a failure from a dozen nested functions: the innermost gives the reason.
herr_t keep_innermost(unsigned, const H5E_error2_t* error, void* text) {
  auto& reason = *static_cast<std::string*>(text);
  if (reason.empty() && error->desc != nullptr) reason = error->desc;
  return 0;
}

/// Format V18: its metadata have checksums, and old readers support it. Files of newer formats can
/// be read (`highest`). No file locks: published files never change, and some parallel file systems
/// do not support locks.
PropertyList file_access(H5F_libver_t highest = H5F_LIBVER_V18) {
  silence();
  PropertyList access(H5Pcreate(H5P_FILE_ACCESS), "make an HDF5 property list");
  check(H5Pset_libver_bounds(access.id(), H5F_LIBVER_V18, highest), "set the HDF5 format version");
  check(H5Pset_file_locking(access.id(), false, true), "switch HDF5 file locks off");
  return access;
}

PropertyList image_access() {
  constexpr std::size_t growth_bytes = std::size_t{1} << 20;
  PropertyList access = file_access();
  check(H5Pset_fapl_core(access.id(), growth_bytes, false), "set the in-memory HDF5 driver");
  return access;
}

herr_t collect_entry(hid_t, const char* name, const H5O_info_t* info, void* entries) {
  const std::string path = name;
  if (path == ".") return 0;
  static_cast<std::vector<Entry>*>(entries)->push_back({path, info->type == H5O_TYPE_DATASET});
  return 0;
}

}  // namespace

void fail(std::string_view what) {
  std::string reason;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, &keep_innermost, &reason);
  H5Eclear2(H5E_DEFAULT);
  throw FileSystemError("cannot {}: {}", what, reason.empty() ? "no reason given by HDF5" : reason);
}

PropertyList creation_without_times(hid_t list_class) {
  PropertyList creation(H5Pcreate(list_class), "make an HDF5 property list");
  check(H5Pset_obj_track_times(creation.id(), false), "switch HDF5 time stamps off");
  return creation;
}

File create_file_in_memory(const std::filesystem::path& path, std::size_t user_block_bytes) {
  const PropertyList access = file_access();
  const PropertyList creation = creation_without_times(H5P_FILE_CREATE);
  check(H5Pset_userblock(creation.id(), user_block_bytes), "set the user block of HDF5");
  check(H5Pset_fapl_stdio(access.id()), "set the stdio driver of HDF5");
  return {H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()),
          "create " + path.string()};
}

File open_file(const std::filesystem::path& path, Access mode) {
  const bool only_read = mode == Access::read;
  const PropertyList access = file_access(only_read ? H5F_LIBVER_LATEST : H5F_LIBVER_V18);
  const unsigned flags = only_read ? H5F_ACC_RDONLY : H5F_ACC_RDWR;
  return {H5Fopen(path.c_str(), flags, access.id()), "open " + path.string()};
}

File open_file_parallel(const std::filesystem::path& path, const par::Comm& comm) {
  const PropertyList access = file_access();
  check(H5Pset_fapl_mpio(access.id(), comm.raw(), MPI_INFO_NULL), "set the MPI-IO driver of HDF5");
  // Writes only: collective metadata reads are broken in HDF5 1.10.5 to 1.10.8.
  check(H5Pset_coll_metadata_write(access.id(), true), "set collective HDF5 metadata writes");
  return {H5Fopen(path.c_str(), H5F_ACC_RDWR, access.id()),
          "open " + path.string() + " on all ranks (another MPI-IO layer may help: OMPI_MCA_io)"};
}

bool is_hdf5(const std::filesystem::path& path) {
  silence();
  return H5Fis_hdf5(path.c_str()) > 0;
}

File open_image(std::span<const std::byte> bytes) {
  const PropertyList access = image_access();
  // HDF5 takes a non-const pointer but copies.
  check(H5Pset_file_image(access.id(), const_cast<std::byte*>(bytes.data()), bytes.size()),
        "hand an HDF5 file over in memory");
  return {H5Fopen("nubox-image", H5F_ACC_RDONLY, access.id()), "open an HDF5 file in memory"};
}

std::vector<Entry> list_objects(hid_t file) {
  std::vector<Entry> entries;
  check(H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, &collect_entry, &entries, H5O_INFO_BASIC),
        "list the objects of an HDF5 file");
  return entries;
}

std::vector<std::size_t> shape_of(hid_t dataset) {
  const Space space(H5Dget_space(dataset), "read the shape of a dataset");
  const int rank = check(H5Sget_simple_extent_ndims(space.id()), "read the rank of a dataset");
  std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
  check(H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr),
        "read the extents of a dataset");
  return {extents.begin(), extents.end()};
}

}  // namespace nubox::io::hdf5
