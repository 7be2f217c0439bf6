#include "nubox/core/fault.hpp"
#include "nubox/core/units.hpp"
#include "nubox/doctor/check.hpp"
#include "nubox/fft/mesh_field.hpp"
#include "nubox/fft/modes.hpp"

#include <algorithm>
#include <cmath>
#include <complex>

namespace nubox::doctor {
namespace {

/// Wavevector without symmetries, and phase.
struct Wave {
  int nx = 1, ny = -2, nz = 3;
  double phase = 0.7;
};

template <class Visit>
void for_each_value(fft::MeshField& mesh, const Visit& visit) {
  const par::Slab& slab = mesh.layout().local();
  for (std::size_t ix = 0; ix < slab.count; ++ix)
    for (std::size_t iy = 0; iy < mesh.n(); ++iy)
      for (std::size_t iz = 0; iz < mesh.n(); ++iz)
        visit(mesh.value(ix, iy, iz), slab.start + ix, iy, iz);
}

double wave_at(const Wave& wave, std::size_t n, std::size_t ix, std::size_t iy, std::size_t iz) {
  const double turns = (wave.nx * static_cast<double>(ix) + wave.ny * static_cast<double>(iy) +
                        wave.nz * static_cast<double>(iz)) /
                       static_cast<double>(n);
  return std::cos(2 * units::pi * turns + wave.phase);
}

/// A value that is not zero and differs from its neighbours.
double noise_at(std::size_t n, std::size_t ix, std::size_t iy, std::size_t iz) {
  const std::size_t site = (ix * n + iy) * n + iz;
  return static_cast<double>((site * 2654435761U) % 4096) / 4096 - 0.5;
}

/// cos(k x + phase) is exp(i phase) / 2 at k, of which only the half with nz >= 0 is stored.
double wave_error(fft::MeshField& mesh, const Wave& wave) {
  for_each_value(mesh, [&](float& value, std::size_t ix, std::size_t iy, std::size_t iz) {
    value = static_cast<float>(wave_at(wave, mesh.n(), ix, iy, iz));
  });
  mesh.to_modes();
  const std::complex<double> half = std::polar(0.5, wave.phase);
  double worst = 0;
  fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t i) {
    const bool here = mode.nx == wave.nx && mode.ny == wave.ny && mode.nz == wave.nz;
    const std::complex<double> expected = here ? half : 0.0;
    const double error = std::abs(std::complex<double>(mesh.modes()[i]) - expected);
    if (!(error <= worst)) worst = error;
  });
  return worst;
}

double round_trip_error(fft::MeshField& mesh) {
  const std::size_t n = mesh.n();
  for_each_value(mesh, [&](float& value, std::size_t ix, std::size_t iy, std::size_t iz) {
    value = static_cast<float>(noise_at(n, ix, iy, iz));
  });
  mesh.to_modes();
  mesh.to_real();
  double worst = 0;
  for_each_value(mesh, [&](float value, std::size_t ix, std::size_t iy, std::size_t iz) {
    const double error = std::abs(value - noise_at(n, ix, iy, iz));
    if (!(error <= worst)) worst = error;
  });
  return worst;
}

}  // namespace

std::vector<Finding> examine_transforms(const par::Comm& world, const Options& options) {
  const std::size_t n = options.n;
  fft::MeshField mesh(fft::Plan::create(world, n), 1);
  const double wave = fault::corrupted("doctor.wave", wave_error(mesh, {}));
  mesh.reset_as_real();
  const double round_trip = fault::corrupted("doctor.round_trip", round_trip_error(mesh));
  // Each of log2(n^3) stages rounds once (unit roundoff 2^-24, van Loan 1992), and values and
  // coefficients are at most of order one.
  const double stages = 3 * std::log2(static_cast<double>(n));
  const Extreme worst_wave = largest(world, wave), worst_trip = largest(world, round_trip);
  return {at_most(fmt::format("modes of a plane wave, {}^3, largest error", n), worst_wave.value,
                  "", stages * 0x1p-24, Verdict::fail, worst_wave.note),
          at_most(fmt::format("forward and backward, {}^3, largest error", n), worst_trip.value, "",
                  2 * stages * 0x1p-24, Verdict::fail, worst_trip.note)};
}

}  // namespace nubox::doctor
