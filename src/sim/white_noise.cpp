#include "nubox/sim/white_noise.hpp"

#include "nubox/core/rng.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"

#include "sim/radial_table.hpp"

#include <cmath>

namespace nubox::sim {
namespace {

/// The half of k space that is drawn; the other half is its conjugate (rule of N-GenIC).
bool is_drawn(int nx, int ny, int nz) {
  return nz > 0 || (nz == 0 && (nx > 0 || (nx == 0 && ny > 0)));
}

}  // namespace

std::complex<double> white_noise(const Noise& noise, int nx, int ny, int nz) {
  if (nx == 0 && ny == 0 && nz == 0) return 0;
  if (!is_drawn(nx, ny, nz)) return std::conj(white_noise(noise, -nx, -ny, -nz));
  const rng::Block draw =
      rng::philox(noise.seed, {static_cast<std::uint32_t>(nx), static_cast<std::uint32_t>(ny),
                               static_cast<std::uint32_t>(nz), 0});
  const double u1 = rng::uniform_open_closed(draw[0], draw[1]);
  const double u2 = rng::uniform_open_closed(draw[2], draw[3]);
  const double amplitude = noise.fixed_amplitude ? 1.0 : std::sqrt(-std::log(u1));
  return std::polar(amplitude, 2 * units::pi * u2) * (noise.phase_flip ? -1.0 : 1.0);
}

fft::MeshField gaussian_modes(std::shared_ptr<const fft::Plan> plan, double box_size_mpch,
                              const Noise& noise,
                              const std::function<double(double k_hmpc)>& power) {
  fft::MeshField mesh(std::move(plan), box_size_mpch);
  mesh.reset_as_modes();
  const RadialTable amplitude(
      mesh, [&](double k) { return std::sqrt(power(k) / std::pow(box_size_mpch, 3)); });
  fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
    if (mode.nyquist_x || mode.nyquist_y || mode.nyquist_z) return;
    const std::complex<double> w = white_noise(noise, mode.nx, mode.ny, mode.nz);
    mesh.modes()[index] = std::complex<float>(w * static_cast<double>(amplitude(mode)));
  });
  return mesh;
}

}  // namespace nubox::sim
