#pragma once

#include "nubox/fft/mesh_field.hpp"

#include <complex>
#include <cstdint>
#include <functional>
#include <memory>

namespace nubox::sim {

/// Name of the noise convention below, as recorded in field files.
inline constexpr const char* noise_convention = "philox4x32-10 v1";

/// Initial phases: a seed and two variance-reduction switches (arXiv:1603.05253).
struct Noise {
  std::uint64_t seed = 0;
  bool fixed_amplitude = false;  ///< |w| = 1, phase kept
  bool phase_flip = false;       ///< w -> -w
};

/// White noise w_n of integer wavevector n, <|w|^2> = 1, w_{-n} = conj(w_n), w_0 = 0: a function of
/// seed and wavevector alone, hence the same on every mesh, rank count and neutrino mass.
/// Philox4x32-10 with key = seed and counter = (nx, ny, nz, 0) in two's complement gives u1, u2 in
/// (0,1]; w = sqrt(-ln u1) exp(2 pi i u2) for nz > 0 and, on nz = 0, for nx > 0 or (nx = 0, ny >
/// 0).
[[nodiscard]] std::complex<double> white_noise(const Noise& noise, int nx, int ny, int nz);

/// Modes c_n = w_n sqrt(P(k_n) / L^3) of a Gaussian field, so that <|c_n|^2> = P / L^3; zero for
/// n = 0 and on the Nyquist planes. `power` in (Mpc/h)^3 of k in h/Mpc. Rank-local: every rank
/// computes the modes that it stores.
[[nodiscard]] fft::MeshField gaussian_modes(std::shared_ptr<const fft::Plan> plan,
                                            double box_size_mpch, const Noise& noise,
                                            const std::function<double(double k_hmpc)>& power);

}  // namespace nubox::sim
