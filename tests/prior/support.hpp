#pragma once

#include "nubox/core/units.hpp"
#include "nubox/prior/prior.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/simulate.hpp"

#include "sim/support.hpp"

#include <cmath>

/// Helpers of the tests of `prior`: small massless boxes at z = 0 with known massive counterparts.
namespace nubox::prior::test {

using sim::test::largest_difference, sim::test::largest_magnitude, sim::test::same_bits;

inline constexpr std::size_t n = 16;
inline constexpr double box_mpch = 125;

inline Theories theories_of(double mass_eV) {
  return {sim::test::theory_of(0), sim::test::theory_of(mass_eV)};
}

inline io::FieldHeader massless_header() {
  sim::SimulationOptions options;
  options.n = n;
  options.box_size_mpch = box_mpch;
  options.noise.seed = 7;
  return sim::output_header(options, cosmology::Parameters{}, sim::test::tables(), 0);
}

/// v in km/s of a growing mode of unit displacement (Mpc/h) at a = 1.
inline double velocity_per_displacement(const cosmology::LinearTheory& theory, double k_hmpc) {
  return units::hubble_kms_per_mpch * theory.background().E(1) * theory.f1(k_hmpc, 1);
}

inline double plane_wave_k_hmpc() { return 2 * units::pi / box_mpch; }

/// Growing mode psi_x = amplitude sin(k qx) + offset with k = 2 pi / L.
inline field::Box plane_wave(const par::Comm& comm, double amplitude_mpch, double offset_mpch = 0) {
  const par::SlabLayout layout(comm, n);
  field::Box wave{massless_header(), field::LatticeField(layout, 3, box_mpch),
                  field::LatticeField(layout, 3, box_mpch)};
  const double k = plane_wave_k_hmpc();
  const double per_mpch = velocity_per_displacement(sim::test::theory_of(0), k);
  sim::test::for_each_site(wave.displacement, [&](double qx, double, double, std::size_t site) {
    const double psi = amplitude_mpch * std::sin(k * qx);
    wave.displacement.component(0)[site] = static_cast<float>(psi + offset_mpch);
    wave.velocity->component(0)[site] = static_cast<float>(per_mpch * psi);
  });
  return wave;
}

/// Largest |field - amplitude sin(k qx) - offset| of the x component on this rank, infinite if a
/// value is not a number.
inline double deviation_from_wave(const field::LatticeField& field, double amplitude,
                                  double offset = 0) {
  double largest = 0;
  sim::test::for_each_site(field, [&](double qx, double, double, std::size_t site) {
    const double expected = amplitude * std::sin(plane_wave_k_hmpc() * qx) + offset;
    largest = std::max(largest, sim::test::distance(field.component(0)[site], expected));
  });
  return largest;
}

/// A box with structure on all scales without a simulation: the Zel'dovich approximation at z = 0.
inline field::Box zeldovich_box(const par::Comm& comm) {
  return sim::to_box(sim::initial_conditions(fft::Plan::create(comm, n), box_mpch, {.seed = 7},
                                             sim::test::theory_of(0), 1, 1),
                     massless_header());
}

}  // namespace nubox::prior::test
