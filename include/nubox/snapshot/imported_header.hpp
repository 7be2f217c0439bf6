#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_header.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace nubox::snapshot {

/// Cosmology that Gadget headers do not contain, as the user configured it.
struct SuppliedCosmology {
  double Omega_b = 0, n_s = 0, A_s = 0;
  std::optional<double> M_nu_eV;  ///< none: from the masses of the particles
  std::int64_t seed = -1;         ///< negative: unknown
};

/// Header of the field file that a snapshot is imported to, before its particles are read.
///
/// Numbers that an export by nubox stored under /Nubox (`stored`) take precedence over `supplied`;
/// the source of each is logged. The neutrino mass follows from the masses of the neutrino
/// particles. If the CDM particles carry less than Omega_m and there are no neutrino particles, the
/// user has to supply it. Rank-local; the result is the same on all ranks.
/// @throws InputError if a number is missing, or the particle masses contradict Omega_m and M_nu
[[nodiscard]] io::FieldHeader imported_header(const gadget::Header& gadget_header,
                                              const io::Attributes& stored,
                                              const SuppliedCosmology& supplied);

/// One line for the log: format, files, particles, cosmology and units of a snapshot. Rank-local.
[[nodiscard]] std::string summary_text(const gadget::Header& gadget_header,
                                       const io::FieldHeader& header);

}  // namespace nubox::snapshot
