#pragma once

#include "nubox/cosmology/background.hpp"

#include "transfer_file.hpp"

#include <string>

namespace nubox::cosmology {

/// Tests whether transfer functions can be those of a cosmology with three neutrinos of one mass,
/// on large scales and on small ones, at all redshifts that the tests cover (z = 0 always): T_cb at
/// k -> 0, its shape (Eisenstein & Hu 1998), and T_nu/T_cb on both sides of the free-streaming
/// scale. They detect another cosmology, redshift, gauge, unit of k, column or number of massive
/// neutrinos.
///
/// @param name  for messages
/// @throws InputError with the number found and the one demanded
void require_transfer_of(const TransferFile& file, const Background& background,
                         const std::string& name);

}  // namespace nubox::cosmology
