#pragma once

#include "nubox/prior/prior.hpp"

namespace nubox::prior {

/// The benchmark of the paper: Zel'dovich displacement of the massive cosmology at the redshift of
/// the input, from the white noise that the input's header names; velocity of linear theory. `plan`
/// is of the input's lattice. Collective.
/// @throws InputError (agreed) if the header does not determine the phases
[[nodiscard]] field::Box zeldovich(const field::Box& input, const Theories& theories,
                                   const std::shared_ptr<const fft::Plan>& plan);

/// The same from initial conditions: psi(k, a) = R(k) psi_ics(k) / D1(k, a_ics), with D1 and the
/// amplitude ratio R of the theories, which are normalised at the redshift of the input.
/// Collective. @throws InputError (agreed)
[[nodiscard]] field::Box zeldovich(const field::Box& input, field::Box ics,
                                   const Theories& theories,
                                   const std::shared_ptr<const fft::Plan>& plan);

}  // namespace nubox::prior
