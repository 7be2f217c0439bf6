#include "nubox/core/error.hpp"
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
using sim::NoiseConvention;
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
  // From a Python transcription of Philox4x32-10 that reproduces the test vectors of Random123.
  struct Case {
    std::uint64_t seed;
    Wave n;
    std::complex<double> w;
  };
  for (const auto& [seed, n, w] :
       {Case{5, {1, 2, 3}, {1.4484909294975676, 0.8087316348960322}},
        Case{5, {-7, 0, 4}, {0.7171458709887837, -1.1700796963906006}},
        Case{12345678901234, {3, -2, 0}, {0.8083955324057184, -0.12396135829870807}}}) {
    EXPECT_LT(std::abs(sim::white_noise({.seed = seed}, n[0], n[1], n[2]) - w), 1e-14);
  }
}

/// The claims below hold for both conventions.
class EveryNoise : public testing::TestWithParam<NoiseConvention> {
 protected:
  static Noise noise(std::uint64_t seed) { return {.seed = seed, .convention = GetParam()}; }
};
INSTANTIATE_TEST_SUITE_P(Conventions, EveryNoise,
                         testing::Values(NoiseConvention::philox, NoiseConvention::ngenic));

TEST_P(EveryNoise, is_bitwise_equal_on_any_number_of_ranks) {
  const Modes local = noise_modes(par::Comm::world(), 12, noise(7));
  const Modes all = noise_modes(par::Comm::self(), 12, noise(7));
  for (const auto& [n, w] : local) EXPECT_TRUE(same_bits(w, all.at(n)));
  EXPECT_EQ(par::Comm::world().all_reduce(static_cast<std::uint64_t>(local.size())), all.size());
}

TEST_P(EveryNoise, of_a_mode_is_the_same_on_every_mesh) {
  const Modes coarse = noise_modes(par::Comm::self(), 8, noise(7));
  const Modes fine = noise_modes(par::Comm::self(), 15, noise(7));
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

TEST_P(EveryNoise, is_hermitian_on_the_plane_that_stores_both_halves) {
  const Modes modes = noise_modes(par::Comm::self(), 10, noise(3));
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
        const std::complex<double> w = sim::white_noise({.seed = 99}, nx, ny, nz);
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

TEST_P(EveryNoise, can_be_fixed_in_amplitude_and_flipped_in_phase) {
  const Modes plain = noise_modes(par::Comm::self(), 8, noise(1));
  const Modes other_seed = noise_modes(par::Comm::self(), 8, noise(2));
  Noise changed = noise(1);
  changed.fixed_amplitude = true;
  const Modes fixed = noise_modes(par::Comm::self(), 8, changed);
  changed = noise(1);
  changed.phase_flip = true;
  const Modes flipped = noise_modes(par::Comm::self(), 8, changed);
  for (const auto& [n, w] : plain) {
    if (w == 0.0F) continue;
    EXPECT_NEAR(std::abs(fixed.at(n)), 1, 1e-6);
    EXPECT_NEAR(std::arg(fixed.at(n)), std::arg(w), 1e-5);  // float of two different moduli
    EXPECT_EQ(flipped.at(n), -w);
    EXPECT_NE(other_seed.at(n), w);
  }
}

TEST_P(EveryNoise, can_be_cut_to_a_sphere) {
  Noise cut = noise(1);
  cut.sphere = true;
  const Modes cube = noise_modes(par::Comm::self(), 8, noise(1));
  for (const auto& [n, w] : noise_modes(par::Comm::self(), 8, cut)) {
    const bool inside = n[0] * n[0] + n[1] * n[1] + n[2] * n[2] <= 16;
    EXPECT_EQ(w, inside ? cube.at(n) : 0.0F);
  }
}

TEST_P(EveryNoise, is_restored_from_a_header) {
  const Noise original{12, true, false, GetParam(), true};
  io::FieldHeader header;
  describe(original, header);
  const Noise back = sim::noise_of(header);
  EXPECT_EQ(back.seed, 12u);
  EXPECT_TRUE(back.fixed_amplitude);
  EXPECT_FALSE(back.phase_flip);
  EXPECT_EQ(back.convention, GetParam());
  EXPECT_TRUE(back.sphere);
  header.extra["noise"] = std::string("dice");
  EXPECT_THROW((void)sim::noise_of(header), InputError);
}

TEST(NgenicNoise, has_the_values_of_an_independent_transcription) {
  // From the rules of the two codes (seeds ring by ring from the corners of the table, phase before
  // amplitude, kz ascending) written in Python with a ranlxd1 in exact integers, which reproduces
  // the 10000th number 1998227290 after seed 1 of the tests of GSL.
  struct Case {
    std::uint64_t seed;
    Wave n;
    std::complex<float> w;
  };
  for (const auto& [seed, n, w] :
       {Case{5, {1, 2, 3}, {0.5038617558629592F, -1.606800572056732F}},
        Case{5, {-3, 0, 1}, {1.0302399958728903F, 0.7037155607605401F}},
        Case{5, {2, -1, 0}, {-0.44589338395651035F, 0.7009507649959383F}},
        Case{5, {-2, 1, 0}, {-0.44589338395651035F, -0.7009507649959383F}},
        Case{5, {0, -2, 0}, {-0.827883214642344F, 0.17481690448862297F}},
        Case{5, {0, 0, 1}, {0.2544565848714967F, -0.6177706749740558F}},
        Case{5, {-5, 4, 5}, {1.422607001843424F, -0.2697484593145436F}},
        Case{5, {5, -5, 0}, {-0.42851378193076967F, 0.427985886838078F}},
        Case{105, {1, 2, 3}, {-0.19518593783114493F, 0.6149111211988552F}},
        Case{105, {-3, 0, 1}, {-1.12414652283637F, -0.05984375548532313F}}}) {
    const Modes modes =
        noise_modes(par::Comm::self(), 12, {.seed = seed, .convention = NoiseConvention::ngenic});
    EXPECT_LT(std::abs(modes.at(n) - w), 1e-6) << n[0] << ' ' << n[1] << ' ' << n[2];
  }
}

}  // namespace
