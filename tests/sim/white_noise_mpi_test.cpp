#include "nubox/fft/modes.hpp"
#include "nubox/sim/white_noise.hpp"

#include <array>
#include <cmath>
#include <cstring>
#include <map>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using sim::Noise;
using Wave = std::array<int, 3>;
using Modes = std::map<Wave, std::complex<float>>;

/// c_n = w_n exactly: the power that makes the amplitude one.
Modes noise_modes(const par::Comm& comm, std::size_t n, const Noise& noise) {
  const double box = 2;
  const fft::MeshField mesh = sim::gaussian_modes(fft::Plan::create(comm, n), box, noise,
                                                  [&](double) { return box * box * box; });
  Modes modes;
  fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
    modes[{mode.nx, mode.ny, mode.nz}] = mesh.modes()[index];
  });
  return modes;
}

bool same_bits(std::complex<float> a, std::complex<float> b) {
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

TEST(WhiteNoise, has_the_values_of_an_independent_philox) {
  // From a Python transcription of Philox4x32-10 that reproduces the Random123 known answers.
  struct Case {
    std::uint64_t seed;
    Wave n;
    std::complex<double> w;
  };
  for (const auto& [seed, n, w] :
       {Case{5, {1, 2, 3}, {1.4484909294975676, 0.8087316348960322}},
        Case{5, {-7, 0, 4}, {0.7171458709887837, -1.1700796963906006}},
        Case{12345678901234, {3, -2, 0}, {0.8083955324057184, -0.12396135829870807}}}) {
    EXPECT_LT(std::abs(sim::white_noise({seed}, n[0], n[1], n[2]) - w), 1e-14);
  }
}

TEST(WhiteNoise, is_bitwise_equal_on_any_number_of_ranks) {
  const Modes local = noise_modes(par::Comm::world(), 12, {7});
  const Modes all = noise_modes(par::Comm::self(), 12, {7});
  for (const auto& [n, w] : local) EXPECT_TRUE(same_bits(w, all.at(n)));
  EXPECT_EQ(par::Comm::world().all_reduce(static_cast<std::uint64_t>(local.size())), all.size());
}

TEST(WhiteNoise, of_a_mode_is_the_same_on_every_mesh) {
  const Modes coarse = noise_modes(par::Comm::self(), 8, {7});
  const Modes fine = noise_modes(par::Comm::self(), 15, {7});
  std::size_t compared = 0;
  for (const auto& [n, w] : coarse) {
    if (std::abs(n[0]) == 4 || std::abs(n[1]) == 4 || n[2] == 4) {
      EXPECT_EQ(w, std::complex<float>(0)) << "Nyquist planes hold nothing";
    } else {
      EXPECT_TRUE(same_bits(w, fine.at(n)));
      ++compared;
    }
  }
  EXPECT_EQ(compared, 7u * 7u * 4u);
}

TEST(WhiteNoise, is_hermitian_on_the_plane_that_stores_both_halves) {
  const Modes modes = noise_modes(par::Comm::self(), 10, {3});
  for (const auto& [n, w] : modes) {
    if (n[2] != 0 || std::abs(n[0]) == 5 || std::abs(n[1]) == 5) continue;
    EXPECT_TRUE(same_bits(std::conj(w), modes.at({-n[0], -n[1], 0})) || w == 0.0F);
    EXPECT_EQ(w == 0.0F, n[0] == 0 && n[1] == 0);
  }
}

TEST(WhiteNoise, has_unit_variance_and_uniform_phases) {
  std::complex<double> mean = 0, square = 0;
  double variance = 0, count = 0;
  for (int nx = -11; nx <= 11; ++nx) {
    for (int ny = -11; ny <= 11; ++ny) {
      for (int nz = 1; nz <= 11; ++nz, ++count) {
        const std::complex<double> w = sim::white_noise({99}, nx, ny, nz);
        mean += w;
        square += w * w;
        variance += std::norm(w);
      }
    }
  }
  const double five_sigma = 5 / std::sqrt(count);  // each of the three scatters by 1/sqrt(count)
  EXPECT_LT(std::abs(mean) / count, five_sigma);
  EXPECT_LT(std::abs(square) / count, 1.5 * five_sigma);  // <|w^2|^2> = 2
  EXPECT_NEAR(variance / count, 1, five_sigma);
}

TEST(WhiteNoise, can_be_fixed_in_amplitude_and_flipped_in_phase) {
  const std::complex<double> w = sim::white_noise({1}, 1, -2, 3);
  const std::complex<double> fixed = sim::white_noise({1, true, false}, 1, -2, 3);
  EXPECT_NEAR(std::abs(fixed), 1, 1e-14);
  EXPECT_NEAR(std::arg(fixed), std::arg(w), 1e-14);
  EXPECT_EQ(sim::white_noise({1, false, true}, 1, -2, 3), -w);
  EXPECT_NE(sim::white_noise({2}, 1, -2, 3), w);
}

}  // namespace
