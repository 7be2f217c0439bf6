#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_header.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nubox::snapshot {

/// A number of the configuration.
struct ConfiguredNumber {
  double value = 0;
  bool given = false;  ///< by the user; else it is the default
};

/// What Gadget headers do not contain, as the user configured it.
struct SuppliedHeader {
  ConfiguredNumber Omega_b, n_s, A_s;
  std::int64_t seed = -1;                   ///< negative: unknown
  std::optional<std::int64_t> mesh_factor;  ///< 0: finer forces; none: as stored, or unknown
};

/// Header of the field file that a snapshot is imported to, before its particles are read.
///
/// Numbers that the snapshot or an export by nubox (`stored`, under /Nubox) contains take
/// precedence over defaults; the source of each is logged. A number that the user gave must agree
/// with them. All other attributes that an export stored are kept. The neutrino mass follows from
/// the masses of the neutrino particles. If the particles carry less than Omega_m and there are no
/// neutrino particles, the user has to supply it. Gas and other particles are named in a warning.
/// Rank-local; the result is the same on all ranks.
/// @throws InputError if a number is missing or contradicts the file, the particle masses
/// contradict Omega_m and M_nu, or the masses of the CDM particles differ
[[nodiscard]] io::FieldHeader imported_header(const gadget::Header& gadget_header,
                                              const io::Attributes& stored,
                                              const SuppliedHeader& supplied);

/// One line for the log: format, files, particles, cosmology and units of a snapshot. Rank-local.
[[nodiscard]] std::string summary_text(const gadget::Header& gadget_header,
                                       const io::FieldHeader& header);

}  // namespace nubox::snapshot
