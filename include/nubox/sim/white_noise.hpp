#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/io/field_file.hpp"

#include <complex>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace nubox::sim {

/// Convention that relates a seed to phases and amplitudes.
enum class NoiseConvention {
  philox,  ///< white_noise() below: every mode is independent of all others
  ngenic,  ///< the phases of N-GenIC and 2LPTic (GSL ranlxd1), to repeat their runs
};

/// Name of a convention in field files, with a version of its numbers.
[[nodiscard]] std::string name_of(NoiseConvention convention);

/// Initial phases: seed, convention, and options for variance reduction (arXiv:1603.05253).
struct Noise {
  std::uint64_t seed = 0;
  bool fixed_amplitude = false;  ///< |w| = 1, phase kept
  bool phase_flip = false;       ///< w -> -w
  NoiseConvention convention = NoiseConvention::philox;
  bool sphere = false;  ///< no modes beyond |n| = N/2 (SphereMode 1 of N-GenIC)
};

/// Rank-local. @throws UsageError for a seed that the convention does not support
void require_valid(const Noise& noise);

/// The noise of a simulated box, from its header. Rank-local.
/// @throws InputError if the header does not contain it
[[nodiscard]] Noise noise_of(const io::FieldHeader& header);
/// Writes the attributes that noise_of() reads. Rank-local.
void describe(const Noise& noise, io::FieldHeader& header);

/// True for the half of the modes that is drawn; the other half follows by conjugation (the rule of
/// N-GenIC, used by both conventions).
[[nodiscard]] constexpr bool is_drawn(int nx, int ny, int nz) {
  return nz > 0 || (nz == 0 && (nx > 0 || (nx == 0 && ny > 0)));
}

/// White noise w_n of integer wavevector n in the philox convention, <|w|^2> = 1, w_{-n} =
/// conj(w_n), w_0 = 0: a function of seed and wavevector alone, hence the same on every mesh, rank
/// count and neutrino mass. Philox4x32-10 with key = seed and counter = (nx, ny, nz, 0) in two's
/// complement gives u1, u2 in (0,1]; w = sqrt(-ln u1) exp(2 pi i u2) for the drawn half.
[[nodiscard]] std::complex<double> white_noise(const Noise& noise, int nx, int ny, int nz);

/// Modes c_n = w_n sqrt(P(k_n) / L^3) of a Gaussian field, so that <|c_n|^2> = P / L^3; zero for
/// n = 0 and on the Nyquist planes. `power` in (Mpc/h)^3 of k in h/Mpc. Every rank computes the
/// modes that it stores, bitwise the same on any number of ranks. Collective.
/// @throws UsageError for an unsupported seed, what `power` throws; agreed
[[nodiscard]] fft::MeshField gaussian_modes(std::shared_ptr<const fft::Plan> plan,
                                            double box_size_mpch, const Noise& noise,
                                            const std::function<double(double k_hmpc)>& power);

}  // namespace nubox::sim
