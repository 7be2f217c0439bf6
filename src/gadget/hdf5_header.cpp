#include "nubox/core/error.hpp"
#include "nubox/io/hdf5.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "gadget/block_sums.hpp"
#include "gadget/hdf5_blocks.hpp"

#include <algorithm>
#include <numeric>

namespace nubox::gadget {
namespace {

constexpr const char* header_group = "Header";
constexpr const char* swift_length = "Unit length in cgs (U_L)";

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
      throw InputError(
          "{0} has no attribute {1} in /{2}: it is no Gadget snapshot, or damaged; nubox info {0} "
          "shows what it contains",
          where_, attribute, name_);
    }
  }

 private:
  io::hdf5::Object group_;
  std::string name_, where_;
};

/// SWIFT's Omega_m is that of CDM and baryons. Neutrinos have N_nu species of mass M_nu_eV, each
/// with deg_nu degenerate states.
void read_swift_cosmology(const AttributeGroup& cosmology, const std::string& where,
                          FileHeader& file_header) {
  file_header.Omega_nu = cosmology.number("Omega_nu_0");
  file_header.Omega_m = cosmology.number("Omega_m") + file_header.Omega_nu;
  file_header.Omega_lambda = cosmology.number("Omega_lambda");
  file_header.Omega_b = cosmology.number("Omega_b");
  file_header.h = cosmology.number("h");
  const std::vector<double> masses = cosmology.numbers("M_nu_eV");
  const std::vector<double> states = cosmology.numbers("deg_nu");
  if (masses.size() != states.size()) {
    throw InputError("{}: /Cosmology has {} neutrino masses (M_nu_eV) but {} degeneracies (deg_nu)",
                     where, masses.size(), states.size());
  }
  if (!masses.empty()) {
    file_header.M_nu_eV = std::inner_product(masses.begin(), masses.end(), states.begin(), 0.0);
  } else if (cosmology.has("Omega_nu_0") && file_header.Omega_nu == 0) {
    file_header.M_nu_eV = 0;
  }
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
    read_swift_cosmology(cosmology, where, file_header);
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
    file_header.neutrino_weights = exists(file.id(), "PartType6/Weights");
    read_blocks(file.id(), file_header, where);
    if (exists(file.id(), sums_group)) {
      const io::hdf5::Object group(H5Oopen(file.id(), sums_group, H5P_DEFAULT), "open a group");
      const std::string place = where + ":/" + sums_group;
      file_header.sums = sums_of(io::read_attributes(group.id(), place), place);
    }
    return file_header;
  });
}

}  // namespace nubox::gadget
