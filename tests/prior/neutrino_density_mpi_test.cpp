#include "nubox/prior/neutrino_density.hpp"

#include "prior/support.hpp"

#include <complex>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using namespace nubox::prior;
using namespace nubox::prior::test;

constexpr double mass_eV = 0.6;

/// sum over mesh points of field * cos(k x) and * sin(k x), times 2 / M^3: the amplitudes of a wave
/// along x. Collective.
std::complex<double> wave_amplitude(const field::LatticeField& field) {
  double sums[2] = {0, 0};
  sim::test::for_each_site(field, [&](double x, double, double, std::size_t site) {
    const double phase = plane_wave_k_hmpc() * x;
    sums[0] += field.values()[site] * std::cos(phase);
    sums[1] += field.values()[site] * std::sin(phase);
  });
  field.comm().all_reduce(std::span<double>(sums));
  const double per_point = 2 / std::pow(static_cast<double>(field.n()), 3);
  return {per_point * sums[0], per_point * sums[1]};
}

double rms(const field::LatticeField& field) {
  double sum = 0;
  for (const float x : field.values()) sum += static_cast<double>(x) * x;
  return std::sqrt(field.comm().all_reduce(sum) / std::pow(static_cast<double>(field.n()), 3));
}

// psi_x = A sin(k x) has delta_cb = -A k cos(k x), up to A k to the second power in the fundamental
// and to the first in its harmonics.
TEST(NeutrinoDensity, of_a_plane_wave_is_the_wave_times_the_tabulated_ratio) {
  const par::Comm world = par::Comm::world();
  const auto theory = sim::test::theory_of(mass_eV);
  const double k = plane_wave_k_hmpc(), contrast = 0.01;
  const field::Box wave = plane_wave(world, contrast / k);
  const double ratio = sim::test::tables().neutrino_ratio(k, 0, mass_eV);
  ASSERT_GT(ratio, 0.1);
  ASSERT_LT(ratio, 0.9);
  for (const std::size_t mesh : {n, n + n / 2, 2 * n}) {
    const field::LatticeField density = neutrino_density(wave.displacement, theory, 1, mesh);
    EXPECT_EQ(density.n(), mesh);
    const auto amplitude = wave_amplitude(density);
    EXPECT_NEAR(amplitude.real(), -ratio * contrast, 2e-3 * ratio * contrast) << mesh;
    EXPECT_NEAR(amplitude.imag(), 0, 1e-3 * ratio * contrast) << mesh;
    // No other waves: no lattice of particles, no second harmonic above A k.
    EXPECT_NEAR(rms(density), ratio * contrast / std::sqrt(2), 0.01 * ratio * contrast) << mesh;
  }
}

TEST(NeutrinoDensity, vanishes_without_mass_and_on_an_undisplaced_lattice) {
  const par::Comm world = par::Comm::world();
  const field::Box wave = plane_wave(world, 1), rest = plane_wave(world, 0);
  EXPECT_EQ(rms(neutrino_density(wave.displacement, sim::test::theory_of(0), 1, n)), 0);
  // Rounding of the painted unit density, times r < 1.
  EXPECT_LT(rms(neutrino_density(rest.displacement, sim::test::theory_of(mass_eV), 1, n)), 1e-6);
}

TEST(NeutrinoDensity, free_streams_more_on_small_scales_and_less_for_heavy_neutrinos) {
  const auto light = sim::test::theory_of(0.15), heavy = sim::test::theory_of(0.6);
  for (const double k : {0.01, 0.1, 1.0}) {
    EXPECT_GT(heavy.neutrino_ratio(k, 1), light.neutrino_ratio(k, 1)) << k;
    EXPECT_GT(light.neutrino_ratio(k, 1), light.neutrino_ratio(2 * k, 1)) << k;
    // The source of the force in the simulator contains the same ratio.
    const double f_nu = heavy.background().f_nu();
    EXPECT_NEAR(heavy.source(k, 1), 1 - f_nu + f_nu * heavy.neutrino_ratio(k, 1), 1e-12);
  }
}

}  // namespace
