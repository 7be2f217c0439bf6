#include "nubox/core/error.hpp"
#include "nubox/io/hdf5.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "gadget/snapshot_file.hpp"

#include <algorithm>

namespace nubox::gadget {
namespace {

constexpr H5Z_filter_t blosc_filter = 32001;
constexpr const char* header_group = "Header";
constexpr const char* swift_length = "Unit length in cgs (U_L)";

bool exists(hid_t file, const std::string& path) {
  for (std::size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    if (H5Lexists(file, path.substr(0, slash).c_str(), H5P_DEFAULT) <= 0) return false;
  }
  return H5Lexists(file, path.c_str(), H5P_DEFAULT) > 0;
}

/// Attributes of one group. Programs store the same attribute as an array or a scalar, of integers
/// or of real numbers.
class AttributeGroup {
 public:
  AttributeGroup(hid_t file, const std::string& name, const std::string& where)
      : name_(name), where_(where) {
    if (!exists(file, name)) return;
    group_ = io::hdf5::Object(H5Oopen(file, name.c_str(), H5P_DEFAULT), "open /" + name);
  }

  [[nodiscard]] bool has(const std::string& attribute) const {
    return group_.id() >= 0 && H5Aexists(group_.id(), attribute.c_str()) > 0;
  }

  [[nodiscard]] std::vector<double> numbers(const std::string& attribute) const {
    if (!has(attribute)) return {};
    std::vector<double> values;
    for (const io::AttributeValue& value : io::read_attribute(group_.id(), attribute)) {
      if (const auto* integer = std::get_if<std::int64_t>(&value)) {
        values.push_back(static_cast<double>(*integer));
      } else if (const auto* real = std::get_if<double>(&value)) {
        values.push_back(*real);
      } else {
        throw InputError("{}: attribute {} of /{} is text, not a number", where_, attribute, name_);
      }
    }
    return values;
  }

  /// A scalar or an array of equal numbers (SWIFT's BoxSize has one by axis); 0 if it is missing.
  [[nodiscard]] double number(const std::string& attribute) const {
    const std::vector<double> values = numbers(attribute);
    if (values.empty()) return 0;
    for (const double value : values) {
      if (value != values[0]) {
        throw InputError("{}: attribute {} of /{} holds different numbers: {} and {}", where_,
                         attribute, name_, values[0], value);
      }
    }
    return values[0];
  }

  /// By particle type; zero for the types that are not stored.
  [[nodiscard]] std::array<double, type_count> by_type(const std::string& attribute) const {
    std::array<double, type_count> result{};
    const std::vector<double> values = numbers(attribute);
    for (std::size_t type = 0; type < values.size(); ++type) {
      if (type < type_count) {
        result[type] = values[type];
      } else if (values[type] != 0) {
        throw InputError(
            "{}: attribute {} of /{} has an entry {} for type {}; types 0 to {} are "
            "known",
            where_, attribute, name_, values[type], type, type_count - 1);
      }
    }
    return result;
  }

  /// Counts, including 32-bit ones that overflowed to negative numbers.
  [[nodiscard]] std::array<std::uint64_t, type_count> counts(const std::string& attribute) const {
    constexpr double two_to_32 = 4294967296.0;
    std::array<std::uint64_t, type_count> result{};
    const auto values = by_type(attribute);
    for (std::size_t type = 0; type < type_count; ++type) {
      const double value = values[type] < 0 ? values[type] + two_to_32 : values[type];
      if (!(value >= 0 && value < 9e15)) {
        throw InputError("{}: attribute {} of /{} counts {} particles of type {}", where_,
                         attribute, name_, values[type], type);
      }
      result[type] = static_cast<std::uint64_t>(value);
    }
    return result;
  }

  void require(const std::string& attribute) const {
    if (!has(attribute)) {
      throw InputError("{} has no attribute {} in /{}: it is no Gadget snapshot, or damaged",
                       where_, attribute, name_);
    }
  }

 private:
  io::hdf5::Object group_;
  std::string name_, where_;
};

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
  if (quantity != Quantity::id) expected.push_back(3);
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

/// Cosmology and units are in different groups by program; files of SWIFT also have /Parameters.
void read_dialect(hid_t file, const AttributeGroup& header, const std::string& where,
                  FileHeader& file_header) {
  const AttributeGroup units(file, "Units", where);
  const AttributeGroup parameters(file, "Parameters", where);
  const AttributeGroup cosmology(file, "Cosmology", where);
  const auto read_units = [&](const AttributeGroup& group) {
    file_header.unit_length_cm = group.number("UnitLength_in_cm");
    file_header.unit_mass_g = group.number("UnitMass_in_g");
    file_header.unit_velocity_cms = group.number("UnitVelocity_in_cm_per_s");
  };
  const AttributeGroup* source = &header;
  if (units.has(swift_length)) {
    file_header.kind = FileKind::swift;
    file_header.units_hold_h = false;
    file_header.velocity_a_exponent = 0;
    file_header.unit_length_cm = units.number(swift_length);
    file_header.unit_mass_g = units.number("Unit mass in cgs (U_M)");
    file_header.unit_velocity_cms =
        file_header.unit_length_cm / units.number("Unit time in cgs (U_t)");
    file_header.Omega_m = cosmology.number("Omega_m");
    file_header.Omega_lambda = cosmology.number("Omega_lambda");
    file_header.h = cosmology.number("h");
    return;
  }
  file_header.kind = FileKind::hdf5;
  if (parameters.has("Omega0")) {
    file_header.kind = FileKind::gadget_4;
    source = &parameters;
  }
  for (const AttributeGroup* group : {&units, &parameters, &header}) {
    if (group->has("UnitLength_in_cm")) {
      read_units(*group);
      break;
    }
  }
  file_header.Omega_m = source->number("Omega0");
  file_header.Omega_lambda = source->number("OmegaLambda");
  file_header.h = source->number("HubbleParam");
}

/// SWIFT and Gadget-4 store with the velocities the power of a that makes them peculiar.
void read_velocity_exponent(hid_t file, FileHeader& file_header, const std::string& where) {
  for (std::size_t type = 0; type < type_count; ++type) {
    const AttributeGroup velocities(file, dataset_path(type, Quantity::velocity), where);
    for (const char* name : {"a-scale exponent", "a_scaling"}) {
      if (file_header.kind != FileKind::hdf5 && velocities.has(name)) {
        file_header.velocity_a_exponent = velocities.number(name);
        return;
      }
    }
  }
}

void read_blocks(hid_t file, FileHeader& file_header, const std::string& where) {
  for (const Quantity quantity : {Quantity::position, Quantity::velocity, Quantity::id}) {
    int& width = file_header.blocks[static_cast<std::size_t>(quantity)].width;
    bool missing = false;
    for (std::size_t type = 0; type < type_count; ++type) {
      if (file_header.counts[type] == 0) continue;
      const int found = checked_width(file, type, quantity, file_header.counts[type], where);
      missing = missing || found == 0;
      width = std::max(width, found);
    }
    if (missing) width = 0;
  }
}

}  // namespace

bool looks_like_hdf5(const std::filesystem::path& path) {
  if (!io::hdf5::is_hdf5(path)) return false;
  try {
    const io::hdf5::File file = io::open_existing(path);
    return AttributeGroup(file.id(), header_group, path.string()).has("NumPart_ThisFile");
  } catch (const Error&) {
    return false;
  }
}

FileHeader read_hdf5_header(const std::filesystem::path& path) {
  const std::string where = path.string();
  const io::hdf5::File file = io::open_existing(path);
  return io::reading(where, [&] {
    const AttributeGroup header(file.id(), header_group, where);
    for (const char* name : {"NumPart_ThisFile", "NumPart_Total", "NumFilesPerSnapshot"}) {
      header.require(name);
    }
    FileHeader file_header;
    file_header.counts = header.counts("NumPart_ThisFile");
    file_header.totals = header.counts("NumPart_Total");
    file_header.totals_high = header.counts("NumPart_Total_HighWord");
    file_header.mass = header.by_type("MassTable");
    file_header.redshift = header.number("Redshift");
    file_header.box_size = header.number("BoxSize");
    file_header.files =
        static_cast<std::uint64_t>(std::max(0.0, header.number("NumFilesPerSnapshot")));
    read_dialect(file.id(), header, where, file_header);
    file_header.time =
        file_header.kind == FileKind::swift ? header.number("Scale-factor") : header.number("Time");
    read_velocity_exponent(file.id(), file_header, where);
    read_blocks(file.id(), file_header, where);
    return file_header;
  });
}

}  // namespace nubox::gadget
