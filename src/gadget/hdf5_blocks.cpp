#include "gadget/hdf5_blocks.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>

namespace nubox::gadget {
namespace {

constexpr H5Z_filter_t blosc_filter = 32001;

/// Every filter of the dataset must be available. @throws InputError naming the filter
void require_filters(hid_t dataset, const std::string& name, const std::string& where) {
  const io::hdf5::PropertyList list(H5Dget_create_plist(dataset), "read the filters of " + name);
  const int filters = io::hdf5::check(H5Pget_nfilters(list.id()), "read the filters of " + name);
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    std::array<char, 64> text{};
    const H5Z_filter_t filter =
        io::hdf5::check(H5Pget_filter2(list.id(), static_cast<unsigned>(i), &flags, &values,
                                       nullptr, text.size() - 1, text.data(), &config),
                        "read the filters of " + name);
    if (H5Zfilter_avail(filter) > 0) continue;
    const std::string what = filter == blosc_filter ? "Blosc" : text.data();
    throw InputError(
        "{}: {} is compressed with HDF5 filter {} ({}), which is not installed. Install its plugin "
        "(Blosc: Debian package hdf5-filter-plugin-blosc-serial, or 'pip install hdf5plugin') and "
        "name its folder in HDF5_PLUGIN_PATH, or unpack the file where the plugin is: h5repack -f "
        "NONE {} unpacked.hdf5",
        where, name, filter, what.empty() ? "no name given" : what, where);
  }
}

/// The source files of a virtual dataset (SWIFT's view of a set) must exist: HDF5 reads zeros in
/// place of a missing one.
void require_sources(hid_t dataset, const std::string& name, const std::string& where) {
  const std::string what = "read the sources of " + name;
  const io::hdf5::PropertyList list(H5Dget_create_plist(dataset), what);
  if (H5Pget_layout(list.id()) != H5D_VIRTUAL) return;
  std::size_t sources = 0;
  io::hdf5::check(H5Pget_virtual_count(list.id(), &sources), what);
  for (std::size_t i = 0; i < sources; ++i) {
    const auto length = static_cast<std::size_t>(
        io::hdf5::check(H5Pget_virtual_filename(list.id(), i, nullptr, 0), what));
    std::string source(length + 1, '\0');
    io::hdf5::check(H5Pget_virtual_filename(list.id(), i, source.data(), source.size()), what);
    source.resize(length);
    const auto folder = std::filesystem::path(where).parent_path();
    if (source != "." && !std::filesystem::exists(folder / source)) {
      throw InputError("{}: {} is a view of other files, of which {} is missing", where, name,
                       (folder / source).string());
    }
  }
}

/// Checks shape, type and filters of a dataset; the width to read its numbers with, 0 if missing.
int checked_width(hid_t file, std::size_t type, Quantity quantity, std::uint64_t count,
                  const std::string& where) {
  const std::string name = dataset_path(type, quantity);
  if (!exists(file, name)) {
    if (quantity == Quantity::position) {
      throw InputError("{} counts {} particles of type {} but has no /{}", where, count, type,
                       name);
    }
    return 0;
  }
  const io::hdf5::Dataset dataset(H5Dopen2(file, name.c_str(), H5P_DEFAULT), "open " + name);
  const std::vector<std::size_t> shape = io::hdf5::shape_of(dataset.id());
  std::vector<std::size_t> expected{static_cast<std::size_t>(count)};
  if (components_of(quantity) > 1) expected.push_back(components_of(quantity));
  if (shape != expected) {
    throw InputError("{}: /{} has shape [{}]; the header counts {} particles, so [{}] is expected",
                     where, name, fmt::join(shape, "]["), count, fmt::join(expected, "]["));
  }
  const io::hdf5::Type stored(H5Dget_type(dataset.id()), "read the type of " + name);
  const H5T_class_t expected_class = quantity == Quantity::id ? H5T_INTEGER : H5T_FLOAT;
  if (H5Tget_class(stored.id()) != expected_class) {
    throw InputError("{}: /{} does not hold {}", where, name,
                     quantity == Quantity::id ? "integers" : "real numbers");
  }
  require_filters(dataset.id(), "/" + name, where);
  require_sources(dataset.id(), "/" + name, where);
  return H5Tget_size(stored.id()) <= 4 ? 4 : 8;
}

}  // namespace

bool exists(hid_t file, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (H5Lexists(file, path.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(file, path.c_str(), H5P_DEFAULT) > 0;
}

void read_blocks(hid_t file, FileHeader& file_header, const std::string& where) {
  for (const Quantity quantity :
       {Quantity::position, Quantity::velocity, Quantity::id, Quantity::mass}) {
    int& width = file_header.blocks[static_cast<std::size_t>(quantity)].width;
    bool missing = false;
    for (std::size_t type = 0; type < type_count; ++type) {
      if (file_header.counts[type] == 0) continue;
      if (quantity == Quantity::mass && !file_header.in_mass_block(type)) continue;
      const int found = checked_width(file, type, quantity, file_header.counts[type], where);
      missing = missing || found == 0;
      width = std::max(width, found);
      if (quantity == Quantity::mass) file_header.has_masses[type] = found > 0;
    }
    if (missing && quantity != Quantity::mass) width = 0;
  }
}

}  // namespace nubox::gadget
