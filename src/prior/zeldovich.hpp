#pragma once

#include "nubox/prior/prior.hpp"

namespace nubox::prior {

/// The paper's benchmark: Zel'dovich displacement of the massive cosmology at the redshift of the
/// input, from the white noise that the input's header names; velocity of linear theory.
/// Collective.
/// @throws InputError (agreed) if the header does not determine the phases
[[nodiscard]] field::Snapshot zeldovich(const field::Snapshot& input, const Theories& theories);

}  // namespace nubox::prior
