#pragma once

#include "nubox/gadget/snapshot_set.hpp"
#include "nubox/io/field_file.hpp"

#include <cstdint>
#include <optional>

namespace nubox::snapshot {

/// What a Gadget header does say: box, redshift, Omega_m, h, n if the CDM particles are a cube
/// (else zero), and the neutrino mass that the particles' masses leave room for. Rank-local.
[[nodiscard]] io::FieldHeader particle_header(const gadget::Header& about);

/// What no Gadget header holds.
struct SuppliedCosmology {
  double Omega_b = 0, n_s = 0, A_s = 0;
  std::optional<double> M_nu_eV;  ///< none: from the masses of the particles
  std::int64_t seed = -1;         ///< negative: unknown
};

/// Header of the field file of a snapshot, before its particles are read. What an export of ours
/// noted under /Nubox goes before `facts`; the source of every such number is logged. The neutrino
/// mass follows from the masses of neutrino particles; where CDM particles carry less than Omega_m
/// without any, the user must tell it.
/// Rank-local, the same on all ranks.
/// @throws InputError if a number is missing, or the particle masses contradict Omega_m and M_nu
[[nodiscard]] io::FieldHeader header_of(const gadget::Header& about, const io::Attributes& noted,
                                        const SuppliedCosmology& facts);

}  // namespace nubox::snapshot
