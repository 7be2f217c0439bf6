#pragma once

#include "nubox/cosmology/parameters.hpp"
#include "nubox/io/attributes.hpp"
#include "nubox/io/output_check.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace nubox::io {

inline constexpr const char* field_format = "nubox-field";
inline constexpr int field_format_version = 1;

/// Attribute of a file with /density_nu: the mass assignment whose window is not deconvolved from
/// its modes (ngp, cic, tsc, pcs), or "none", which is also the meaning of a missing attribute.
inline constexpr const char* density_nu_window = "density_nu_window";

/// Root attributes of a field file (docs/reference/formats.md, "Field file"). `seed` is negative
/// where unknown.
struct FieldHeader {
  double box_size_mpch = 0;
  std::size_t n = 0;
  double lattice_offset_cells = 0;
  double redshift = 0;
  /// Zeros where unknown. T_cmb and N_eff are read from `extra`, which simulated boxes contain.
  cosmology::Parameters cosmology{.Omega_m = 0, .Omega_b = 0, .h = 0, .n_s = 0, .A_s = 0};
  std::string species = "cdm";
  std::string origin;  ///< simulate, import, predict
  std::int64_t seed = -1;
  std::string code_version;  ///< filled on writing if empty
  Attributes extra;  ///< further attributes (noise convention, steps, mesh, prior, model ...)

  bool operator==(const FieldHeader&) const = default;
};

/// Throws an InputError that names both values unless box, lattice and cosmology (all but the
/// neutrino mass) agree to cosmology::parameter_tolerance and the redshifts to 1e-3.
void require_same_box(const FieldHeader& a, const std::string& name_a, const FieldHeader& b,
                      const std::string& name_b);

/// What a field file of this origin may replace. The name of the dataset is at the beginning of the
/// file, its attributes are not.
[[nodiscard]] inline OutputKind field_kind(const std::string& origin) {
  return {.format = field_format, .origin = origin, .remnant = "displacement"};
}

/// Root attributes of a field file, `format` and `format_version` included.
[[nodiscard]] Attributes attributes_of(const FieldHeader& header);

/// @throws InputError naming `where` and the attribute that is missing, ill-typed or meaningless
[[nodiscard]] FieldHeader header_of(const Attributes& attributes, const std::string& where);

}  // namespace nubox::io
