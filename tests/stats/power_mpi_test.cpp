#include "nubox/core/error.hpp"
#include "nubox/stats/density.hpp"
#include "nubox/stats/power.hpp"

#include "stats/fields.hpp"

#include <array>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using testing::for_each_cell;

constexpr double box_mpch = 100.0;
constexpr double volume = box_mpch * box_mpch * box_mpch;

constexpr std::size_t mesh_n = 16;

class Power : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  std::shared_ptr<const fft::Plan> plan_ = fft::Plan::create(comm_, mesh_n);
  PowerOptions options_{field::Assignment::cic, false, false, 4096.0};

  /// A cos(k x + phase) with integer mode (nx, ny, nz), multiplied by the CIC window that
  /// measure_power divides out.
  fft::MeshField wave(double amplitude, int nx, int ny, int nz, double phase = 0.0) {
    fft::MeshField mesh(plan_, box_mpch);
    const double step = 2.0 * units::pi / mesh_n;
    double window = 1.0;
    for (const int n_i : {nx, ny, nz}) {
      window *= field::assignment_window(options_.assignment, n_i, mesh_n);
    }
    for_each_cell(mesh, [&](float& value, auto x, auto y, auto z) {
      const double angle =
          nx * static_cast<double>(x) + ny * static_cast<double>(y) + nz * static_cast<double>(z);
      value = static_cast<float>(amplitude * window * std::cos(step * angle + phase));
    });
    mesh.to_modes();
    return mesh;
  }
};

TEST_F(Power, bins_contain_the_integer_modes_between_their_edges) {
  fft::MeshField empty(plan_, box_mpch);
  empty.reset_as_modes();
  const PowerTable table = measure_power(empty, nullptr, options_);
  // Count by hand over the whole cube of modes, Nyquist once.
  std::vector<std::uint64_t> modes(table.modes.size(), 0);
  std::vector<double> q(table.modes.size(), 0.0);
  const int half = mesh_n / 2;
  for (int x = -half + 1; x <= half; ++x) {
    for (int y = -half + 1; y <= half; ++y) {
      for (int z = -half + 1; z <= half; ++z) {
        const int norm2 = x * x + y * y + z * z;
        int n = 0;
        while ((n + 1) * (n + 1) <= norm2) ++n;
        if (n == 0) continue;
        modes.at(static_cast<std::size_t>(n - 1)) += 1;
        q.at(static_cast<std::size_t>(n - 1)) += std::sqrt(norm2);
      }
    }
  }
  EXPECT_EQ(table.modes, modes);
  EXPECT_EQ(table.modes[0], 26U);  // |q|^2 = 1, 2, 3: 6 + 12 + 8
  const double k_fundamental = 2.0 * units::pi / box_mpch;
  for (std::size_t b = 0; b < modes.size(); ++b) {
    EXPECT_DOUBLE_EQ(table.k_edges_hmpc[b], k_fundamental * static_cast<double>(b + 1));
    EXPECT_NEAR(table.k_hmpc[b], k_fundamental * q[b] / static_cast<double>(modes[b]), 1e-12);
    EXPECT_GE(table.k_hmpc[b], table.k_edges_hmpc[b]);
    EXPECT_LT(table.k_hmpc[b], table.k_edges_hmpc[b + 1]);
  }
}

TEST_F(Power, plane_wave_fills_one_bin_with_its_exact_power) {
  struct Wave {
    int nx, ny, nz;
    std::size_t bin;
  };
  // |q| = 5 and sqrt(14), on an edge and inside; and waves along the halved axis.
  for (const Wave w : {Wave{3, 4, 0, 4}, Wave{0, 4, -3, 4}, Wave{1, 2, 3, 2}, Wave{0, 0, 2, 1}}) {
    const PowerTable table = measure_power(wave(0.3, w.nx, w.ny, w.nz), nullptr, options_);
    // Two modes of |c|^2 = (A / 2)^2 among those of the bin.
    const double expected = volume * 2.0 * 0.15 * 0.15 / static_cast<double>(table.modes[w.bin]);
    for (std::size_t b = 0; b < table.p_model.size(); ++b) {
      EXPECT_NEAR(table.p_model[b], b == w.bin ? expected : 0.0, 1e-5 * expected) << "bin " << b;
    }
  }
}

TEST_F(Power, scaled_field_has_its_factor_as_transfer_and_correlation_one) {
  auto target = testing::white_noise(plan_, box_mpch, 1);
  auto model = testing::white_noise(plan_, box_mpch, 1);
  for_each_cell(model, [](float& value, auto...) { value *= -1.5F; });
  target.to_modes();
  model.to_modes();
  const PowerTable table = measure_power(model, &target, options_);
  for (std::size_t b = 0; b < table.modes.size(); ++b) {
    EXPECT_NEAR(table.transfer[b], 1.5, 1e-5);
    EXPECT_NEAR(table.correlation[b], -1.0, 1e-6);
    EXPECT_NEAR(table.p_cross[b], -1.5 * table.p_target[b], 1e-5 * table.p_target[b]);
  }
}

TEST_F(Power, phase_shift_lowers_the_correlation_by_its_cosine) {
  const auto target = wave(0.2, 2, 0, 1);
  const PowerTable table = measure_power(wave(0.2, 2, 0, 1, 0.7), &target, options_);
  EXPECT_NEAR(table.transfer[1], 1.0, 1e-5);
  EXPECT_NEAR(table.correlation[1], std::cos(0.7), 1e-5);
}

TEST_F(Power, independent_fields_are_uncorrelated_within_the_mode_counts) {
  auto a = testing::white_noise(plan_, box_mpch, 1), b = testing::white_noise(plan_, box_mpch, 2);
  a.to_modes();
  b.to_modes();
  const PowerTable table = measure_power(a, &b, options_);
  for (std::size_t i = 1; i < table.modes.size() - 2; ++i) {
    // var r = 1 / N_modes with k and -k counted as two, of which half are independent: 5 sigma.
    EXPECT_LT(std::abs(table.correlation[i]),
              5.0 * std::sqrt(2.0 / static_cast<double>(table.modes[i])));
  }
}

TEST_F(Power, gaussian_field_has_its_input_spectrum_within_cosmic_variance) {
  // White noise of unit variance per cell has P = V / n^3; multiply modes by sqrt(P) and a window.
  const auto spectrum = [](double q) { return 500.0 / (1.0 + q * q / 9.0); };
  auto mesh = testing::white_noise(plan_, box_mpch, 3);
  mesh.to_modes();
  const double cells = mesh_n * mesh_n * mesh_n;
  fft::for_each_mode(*plan_, [&](const fft::Mode& mode, std::size_t index) {
    double factor =
        std::sqrt(spectrum(std::sqrt(static_cast<double>(mode.norm2()))) * cells / volume);
    for (const int n_i : {mode.nx, mode.ny, mode.nz}) {
      factor *= field::assignment_window(options_.assignment, n_i, mesh_n);
    }
    mesh.modes()[index] *= static_cast<float>(factor);
  });
  const PowerTable table = measure_power(mesh, nullptr, options_);
  for (std::size_t b = 0; b < 8; ++b) {
    const double expected = spectrum(table.k_hmpc[b] * box_mpch / (2.0 * units::pi));
    // var P = 2 P^2 / N_modes: 4 sigma; and up to 2 % because <P> is not P(<k>) in a wide bin.
    const double tolerance = 4.0 * std::sqrt(2.0 / static_cast<double>(table.modes[b])) + 0.02;
    EXPECT_NEAR(table.p_model[b] / expected, 1.0, tolerance) << "bin " << b;
  }
}

TEST_F(Power, undisplaced_lattice_has_no_power) {
  const field::LatticeField psi(par::SlabLayout(comm_, mesh_n), 3, box_mpch);
  const PowerTable table = measure_power(
      density_modes(testing::tracers_of(psi), plan_, field::Assignment::cic), nullptr, options_);
  // Against a shot noise of V / N_p = 244 (Mpc/h)^3.
  for (const double p : table.p_model) EXPECT_LT(p, 1e-6);
}

/// Deconvolved power of Poisson particles over V / N_p at half the Nyquist number and at it.
struct Aliasing {
  field::Assignment assignment;
  bool interlaced;
  double at_half_nyquist, at_nyquist;  // sum_n W^2(q + nN) / W^2(q), shell mean
};

class PoissonPower : public ::testing::TestWithParam<Aliasing> {};
INSTANTIATE_TEST_SUITE_P(Assignments, PoissonPower,
                         ::testing::Values(Aliasing{field::Assignment::ngp, false, 1.231, 2.381},
                                           Aliasing{field::Assignment::ngp, true, 1.058, 1.368},
                                           Aliasing{field::Assignment::cic, false, 1.0076, 1.387},
                                           Aliasing{field::Assignment::cic, true, 1.0004, 1.011},
                                           Aliasing{field::Assignment::tsc, false, 1.0005, 1.248},
                                           Aliasing{field::Assignment::pcs, true, 1.0, 1.0001}));

constexpr std::size_t poisson_n = 32;

PowerTable poisson_power(const par::Comm& comm, const Aliasing& c, bool subtract,
                         std::uint64_t seed = 5) {
  const auto plan = fft::Plan::create(comm, poisson_n);
  const auto psi = testing::poisson_displacement(par::SlabLayout(comm, poisson_n), box_mpch, seed);
  auto modes = density_modes(testing::tracers_of(psi), plan, c.assignment);
  if (c.interlaced) modes = interlaced_modes(modes, testing::tracers_of(psi), c.assignment);
  return measure_power(modes, nullptr,
                       {c.assignment, c.interlaced, subtract, std::pow(poisson_n, 3)});
}

TEST_P(PoissonPower, is_the_shot_noise_times_the_known_aliasing) {
  constexpr std::uint64_t seeds = 6;
  // Bins around half the Nyquist number (7 <= |q| < 9) and around it (15 <= |q| < 17).
  const std::array<std::size_t, 2> first_bin = {6, 14};
  const std::array<double, 2> expected = {GetParam().at_half_nyquist, GetParam().at_nyquist};
  // At the Nyquist number the aliasing varies strongly within the bins: 3 %.
  const std::array<double, 2> bin_width_effect = {0.0, 0.03};
  double power[2] = {}, modes[2] = {};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const PowerTable table = poisson_power(par::Comm::world(), GetParam(), false, seed);
    EXPECT_DOUBLE_EQ(table.shot_noise, volume / std::pow(poisson_n, 3));
    for (const std::size_t i : {0, 1}) {
      for (const std::size_t b : {first_bin[i], first_bin[i] + 1}) {
        const auto weight = static_cast<double>(table.modes[b]);
        power[i] += table.p_model[b] * weight / table.shot_noise;
        modes[i] += weight;
      }
    }
  }
  for (const std::size_t i : {0, 1}) {
    // Gaussian scatter of the summed modes, 3 sigma.
    const double tolerance = expected[i] * (3.0 * std::sqrt(2.0 / modes[i]) + bin_width_effect[i]);
    EXPECT_NEAR(power[i] / modes[i], expected[i], tolerance);
  }
}

TEST(Interlacing, removes_the_odd_aliases_of_the_same_particles) {
  // The same particles on both sides: the noise cancels in the ratio, whose expected value is 1.231
  // / 1.058 (NGP at half the Nyquist frequency) to a few percent of bin width.
  const auto comm = par::Comm::world();
  const auto plain = poisson_power(comm, {field::Assignment::ngp, false, 0, 0}, false);
  const auto interlaced = poisson_power(comm, {field::Assignment::ngp, true, 0, 0}, false);
  EXPECT_NEAR(plain.p_model[7] / interlaced.p_model[7], 1.231 / 1.058, 0.05);
  EXPECT_LT(interlaced.modes[15], plain.modes[15]) << "Nyquist planes are left out";
}

TEST(ShotNoise, is_subtracted_once_on_request) {
  const auto comm = par::Comm::world();
  const Aliasing setup{field::Assignment::pcs, false, 0, 0};
  const auto raw = poisson_power(comm, setup, false), subtracted = poisson_power(comm, setup, true);
  for (std::size_t b = 0; b < raw.modes.size(); ++b) {
    EXPECT_NEAR(raw.p_model[b] - subtracted.p_model[b], raw.shot_noise, 1e-9 * raw.shot_noise);
  }
}

TEST_F(Power, does_not_depend_on_the_number_of_ranks) {
  // Every rank measures the same particles alone, on a communicator of one.
  const auto self = par::Comm::self();
  const auto measure_on = [](const par::Comm& comm) {
    const auto psi = testing::poisson_displacement(par::SlabLayout(comm, mesh_n), box_mpch, 9);
    const auto modes = density_modes(testing::tracers_of(psi), fft::Plan::create(comm, mesh_n),
                                     field::Assignment::cic);
    return measure_power(modes, nullptr, {});
  };
  const PowerTable together = measure_on(comm_), alone = measure_on(self);
  EXPECT_EQ(together.modes, alone.modes);
  for (std::size_t b = 0; b < alone.modes.size(); ++b) {
    EXPECT_NEAR(together.p_model[b], alone.p_model[b], 1e-6 * alone.p_model[b]);
  }
}

TEST_F(Power, needs_modes_on_one_mesh) {
  const fft::MeshField real(plan_, box_mpch);
  auto modes = wave(1.0, 1, 0, 0);
  fft::MeshField other(fft::Plan::create(comm_, 8), box_mpch);
  other.reset_as_modes();
  EXPECT_THROW((void)measure_power(real, nullptr, options_), InternalError);
  EXPECT_THROW((void)measure_power(modes, &real, options_), InternalError);
  EXPECT_THROW((void)measure_power(modes, &other, options_), InternalError);
}

}  // namespace
}  // namespace nubox::stats
