#include "nubox/io/field_header.hpp"

#include "nubox/core/build_info.hpp"
#include "nubox/core/error.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <initializer_list>

namespace nubox::io {
namespace {

struct NumberField {
  const char* name;
  double FieldHeader::*member;
  bool same_in_a_pair;  ///< compared by require_same_box
};

constexpr std::array<NumberField, 3> number_fields{{
    {"box_size_mpch", &FieldHeader::box_size_mpch, true},
    {"lattice_offset_cells", &FieldHeader::lattice_offset_cells, true},
    {"redshift", &FieldHeader::redshift, false},
}};

struct TextField {
  const char* name;
  std::string FieldHeader::*member;
};

constexpr std::array<TextField, 3> text_fields{{
    {"species", &FieldHeader::species},
    {"origin", &FieldHeader::origin},
    {"code_version", &FieldHeader::code_version},
}};

/// Simulation codes write a snapshot at the time step nearest to the requested redshift.
constexpr double redshift_tolerance = 1e-3;

/// Attributes that change how a box is treated: one of another type would be taken for missing.
template <class T>
void require_types(const Attributes& extra, std::initializer_list<const char*> names,
                   const std::string& where) {
  for (const char* name : names) {
    if (extra.contains(name)) (void)require<T>(extra, name, where);
  }
}

struct Range {
  const char* name;
  double lowest, highest;
};

/// Zero stands for an unknown number. The ranges are far wider than any cosmology in use; they tell
/// another unit or another quantity.
constexpr std::array<Range, 6> cosmology_ranges{{{"Omega_m", 0, 1},
                                                 {"Omega_b", 0, 1},
                                                 {"h", 0, 2},
                                                 {"n_s", 0, 2},
                                                 {"A_s", 0, 1e-7},
                                                 {"M_nu_eV", 0, 10}}};

void require_ranges(const FieldHeader& header, const std::string& where) {
  for (std::size_t i = 0; i < cosmology_ranges.size(); ++i) {
    const auto& [name, lowest, highest] = cosmology_ranges[i];
    const double value = header.cosmology.*cosmology::parameter_fields[i].member;
    if (!(value >= lowest && value <= highest)) {
      throw InputError("{}: {} = {} is outside {} to {}", where, name, value, lowest, highest);
    }
  }
  constexpr double largest_offset_cells = 1, largest_redshift = 1e4;
  if (std::abs(header.lattice_offset_cells) > largest_offset_cells) {
    throw InputError("{}: lattice_offset_cells = {} is more than a cell", where,
                     header.lattice_offset_cells);
  }
  if (header.redshift > largest_redshift) {
    throw InputError("{}: redshift = {} is above {}", where, header.redshift, largest_redshift);
  }
}

void require_meaning(const FieldHeader& header, const std::string& where) {
  for (const NumberField& field : number_fields) {
    if (!std::isfinite(header.*field.member)) {
      throw InputError("{}: {} = {} is not finite", where, field.name, header.*field.member);
    }
  }
  for (const auto& [name, member] : cosmology::parameter_fields) {
    const double value = header.cosmology.*member;
    if (!std::isfinite(value)) throw InputError("{}: {} = {} is not finite", where, name, value);
  }
  if (header.box_size_mpch <= 0) {
    throw InputError("{}: box_size_mpch = {} is not positive", where, header.box_size_mpch);
  }
  if (header.redshift <= -1)
    throw InputError("{}: redshift = {} is not above -1", where, header.redshift);
  require_ranges(header, where);
}

}  // namespace

Attributes attributes_of(const FieldHeader& header) {
  Attributes attributes = header.extra;
  attributes["format"] = field_format;
  attributes["format_version"] = std::int64_t{field_format_version};
  attributes["n"] = static_cast<std::int64_t>(header.n);
  attributes["seed"] = header.seed;
  for (const NumberField& field : number_fields) attributes[field.name] = header.*field.member;
  for (const auto& [name, member] : cosmology::parameter_fields) {
    attributes[name] = header.cosmology.*member;
  }
  for (const TextField& field : text_fields) attributes[field.name] = header.*field.member;
  if (header.code_version.empty()) attributes["code_version"] = version_text();
  return attributes;
}

FieldHeader header_of(const Attributes& attributes, const std::string& where) {
  // Above any lattice ever run, and low enough that n^3 fits 64 bits.
  constexpr std::int64_t n_max = 1 << 20;
  FieldHeader header;
  header.extra = attributes;
  header.extra.erase("format");
  header.extra.erase("format_version");
  const auto n = take<std::int64_t>(header.extra, "n", where);
  if (n < 1 || n > n_max) throw InputError("{}: n = {} is outside 1..{}", where, n, n_max);
  header.n = static_cast<std::size_t>(n);
  header.seed = take<std::int64_t>(header.extra, "seed", where);
  for (const NumberField& field : number_fields) {
    header.*field.member = take<double>(header.extra, field.name, where);
  }
  for (const auto& [name, member] : cosmology::parameter_fields) {
    header.cosmology.*member = take<double>(header.extra, name, where);
  }
  require_types<double>(header.extra, {"T_cmb", "N_eff", "z_initial"}, where);
  require_types<std::int64_t>(header.extra, {"mesh_factor", "force_mesh_factor"}, where);
  require_types<std::string>(header.extra, {density_nu_window, "noise"}, where);
  // Only simulated boxes have these attributes.
  auto& cosmology = header.cosmology;
  cosmology.T_cmb_K = find<double>(header.extra, "T_cmb").value_or(cosmology.T_cmb_K);
  cosmology.N_eff = find<double>(header.extra, "N_eff").value_or(cosmology.N_eff);
  for (const TextField& field : text_fields) {
    header.*field.member = take<std::string>(header.extra, field.name, where);
  }
  require_meaning(header, where);
  return header;
}

void require_same_box(const FieldHeader& a, const std::string& name_a, const FieldHeader& b,
                      const std::string& name_b) {
  const auto refuse = [&](const char* what, auto value_a, auto value_b) {
    throw InputError("{} and {} do not belong together: {} is {} in the first and {} in the second",
                     name_a, name_b, what, value_a, value_b);
  };
  if (a.n != b.n) refuse("n", a.n, b.n);
  for (const NumberField& field : number_fields) {
    const double value_a = a.*field.member, value_b = b.*field.member;
    if (field.same_in_a_pair && cosmology::differ(value_a, value_b)) {
      refuse(field.name, value_a, value_b);
    }
  }
  if (const auto* field = cosmology::first_difference(a.cosmology, b.cosmology)) {
    refuse(field->name, a.cosmology.*field->member, b.cosmology.*field->member);
  }
  if (!(std::abs(a.redshift - b.redshift) <= redshift_tolerance)) {
    refuse("redshift", a.redshift, b.redshift);
  }
}

}  // namespace nubox::io
