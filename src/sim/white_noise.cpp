#include "nubox/sim/white_noise.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/rng.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/fft/radial_table.hpp"
#include "nubox/par/agree.hpp"

#include "sim/ngenic_noise.hpp"

#include <cmath>

namespace nubox::sim {
namespace {

/// modes = amplitude(k) w(n); w is called in storage order.
template <class White>
void fill_modes(fft::MeshField& mesh, const fft::RadialTable& amplitude, bool sphere, White&& w) {
  const auto n = static_cast<std::int64_t>(mesh.n());
  fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
    if (mode.nyquist_x || mode.nyquist_y || mode.nyquist_z) return;
    if (sphere && 4 * mode.norm2() > n * n) return;
    mesh.modes()[index] =
        std::complex<float>(w(mode.nx, mode.ny, mode.nz) * static_cast<double>(amplitude(mode)));
  });
}

}  // namespace

std::string name_of(NoiseConvention convention) {
  return convention == NoiseConvention::philox ? "philox4x32-10 v1" : "ngenic ranlxd1";
}

void require_valid(const Noise& noise) {
  constexpr std::uint64_t largest_ngenic_seed = 0x7fffffff;  // ranlxd1 uses 31 bits
  if (noise.convention == NoiseConvention::ngenic && noise.seed > largest_ngenic_seed) {
    throw UsageError("seed {}: the generator of N-GenIC supports seeds up to {}", noise.seed,
                     largest_ngenic_seed);
  }
}

Noise noise_of(const io::FieldHeader& header) {
  const auto name = io::find<std::string>(header.extra, "noise");
  const auto fixed = io::find<std::int64_t>(header.extra, "fixed_amplitude");
  const auto flip = io::find<std::int64_t>(header.extra, "phase_flip");
  const auto sphere = io::find<std::int64_t>(header.extra, "noise_sphere");
  if (header.seed >= 0 && name && fixed && flip) {
    for (const auto convention : {NoiseConvention::philox, NoiseConvention::ngenic}) {
      if (*name != name_of(convention)) continue;
      return {static_cast<std::uint64_t>(header.seed), *fixed != 0, *flip != 0, convention,
              sphere.value_or(0) != 0};
    }
  }
  throw InputError("the header of the box has no seed with a supported noise convention: {}, {}",
                   name_of(NoiseConvention::philox), name_of(NoiseConvention::ngenic));
}

void describe(const Noise& noise, io::FieldHeader& header) {
  header.seed = static_cast<std::int64_t>(noise.seed);
  header.extra["noise"] = name_of(noise.convention);
  header.extra["fixed_amplitude"] = std::int64_t{noise.fixed_amplitude};
  header.extra["phase_flip"] = std::int64_t{noise.phase_flip};
  if (noise.sphere) header.extra["noise_sphere"] = std::int64_t{1};
}

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
  const fft::RadialTable amplitude(
      mesh, [&](double k) { return std::sqrt(power(k) / std::pow(box_size_mpch, 3)); });
  if (noise.convention == NoiseConvention::ngenic) {
    NgenicNoise columns = par::agree(mesh.comm(), [&] { return NgenicNoise(noise, mesh.n()); });
    fill_modes(mesh, amplitude, noise.sphere, columns);
  } else {
    fill_modes(mesh, amplitude, noise.sphere,
               [&](int nx, int ny, int nz) { return white_noise(noise, nx, ny, nz); });
  }
  return mesh;
}

}  // namespace nubox::sim
