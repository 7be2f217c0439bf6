#include "nubox/core/error.hpp"
#include "nubox/stats/bispectrum.hpp"
#include "nubox/stats/triangles.hpp"

#include "stats/fields.hpp"

#include <array>
#include <numeric>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

using testing::for_each_cell;

constexpr double box_mpch = 100.0;
constexpr double volume = box_mpch * box_mpch * box_mpch;
constexpr double fundamental = 2.0 * units::pi / box_mpch;

/// All modes of a shell, by a loop over the cube.
std::vector<std::array<int, 3>> modes_of(const Shell& shell) {
  std::vector<std::array<int, 3>> modes;
  for (int x = -20; x <= 20; ++x) {
    for (int y = -20; y <= 20; ++y) {
      for (int z = -20; z <= 20; ++z) {
        if (shell.holds(x * x + y * y + z * z)) modes.push_back({x, y, z});
      }
    }
  }
  return modes;
}

class BispectrumTest : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
};

TEST_F(BispectrumTest, counts_of_the_triangles_of_the_paper_are_the_known_integers) {
  // L = 1000, k1 = 0.15, k2 = 0.25, 25 angles; from independent code with transforms of 128^3 to
  // 144^3.
  const std::vector<std::uint64_t> known = {
      18826142, 20619974, 25873670, 32429058, 35841750, 36226560, 35082072, 34110960, 33345888,
      32034072, 30481656, 29327136, 27481248, 25774992, 24275832, 22526376, 20416968, 18545832,
      17146320, 14788824, 13351320, 11979408, 10400622, 6777638,  4964750};
  const Bispectrum estimator(comm_, 1000.0, triangles_by_angle(1000.0, 0.15, 0.25, 25));
  EXPECT_EQ(estimator.counts(), known);
  EXPECT_EQ(estimator.product_mesh_n(), 144U);
  EXPECT_EQ(estimator.smallest_mesh_n(), 129U);
}

TEST_F(BispectrumTest, counts_are_those_of_a_loop_over_all_pairs) {
  const std::vector<Shell> shells = {Shell::between(1, 3), Shell::between(2.5, 4),
                                     Shell::between(4, 5.5), Shell::between(20, 21)};
  const std::vector<Triangle> triangles = {{0, 0, 0}, {0, 1, 2}, {2, 1, 0}, {1, 1, 2}, {0, 1, 3}};
  const auto counts = count_triangles(comm_, shells, triangles);
  for (std::size_t t = 0; t < triangles.size(); ++t) {
    std::uint64_t expected = 0;
    for (const auto& a : modes_of(shells[triangles[t][0]])) {
      for (const auto& b : modes_of(shells[triangles[t][1]])) {
        const int x = a[0] + b[0], y = a[1] + b[1], z = a[2] + b[2];
        expected += shells[triangles[t][2]].holds(x * x + y * y + z * z) ? 1 : 0;
      }
    }
    EXPECT_EQ(counts[t], expected) << "triangle " << t;
  }
  EXPECT_EQ(counts[4], 0U);
}

TEST(Shells, are_half_open_and_never_contain_the_mean) {
  const Shell shell = Shell::between(3.0, 5.0);
  EXPECT_TRUE(shell.holds(9) && shell.holds(24));
  EXPECT_FALSE(shell.holds(8) || shell.holds(25));
  EXPECT_EQ(shell.largest_component(), 4);
  EXPECT_FALSE(Shell::between(-0.5, 1.5).holds(0));
  EXPECT_EQ(Shell::between(-1.0, 1.0).largest_component(), -1);
}

TEST(TriangleLists, third_side_follows_from_the_angle) {
  const TriangleList list = triangles_by_angle(1000.0, 0.15, 0.25, 25);
  EXPECT_NEAR(list.k_hmpc[2], 0.40, 1e-12);
  EXPECT_NEAR(list.k_hmpc.back(), 0.10, 1e-12);
  EXPECT_NEAR(list.k_hmpc[2 + 12], std::hypot(0.15, 0.25), 1e-12);
  EXPECT_NEAR(list.theta.back(), units::pi, 1e-15);
}

TEST_F(BispectrumTest, binning_lists_every_triangle_that_closes_once) {
  const TriangleList list = triangles_of_bins(box_mpch, 1.0, 7.0, 2.0);
  EXPECT_EQ(list.shells.size(), 3U);
  EXPECT_NEAR(list.k_hmpc[1], 4.0 * fundamental, 1e-12);
  const auto counts = count_triangles(comm_, list.shells, list.triangles);
  std::vector<Triangle> all;
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = i; j < 3; ++j) {
      for (std::size_t k = j; k < 3; ++k) all.push_back({i, j, k});
    }
  }
  const auto all_counts = count_triangles(comm_, list.shells, all);
  EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}),
            std::accumulate(all_counts.begin(), all_counts.end(), std::uint64_t{0}));
  EXPECT_LE(list.triangles.size(), all.size());
}

TEST_F(BispectrumTest, three_waves_that_close_give_their_exact_bispectrum) {
  // Waves (3,0,0), (0,4,0), (3,4,0): q1 + q2 - q3 = 0. Of each shell D_i = A_i cos(k_i x + phi_i),
  // and <D1 D2 D3> = A1 A2 A3 cos(phi1 + phi2 - phi3) / 4.
  constexpr std::size_t n = 16;
  constexpr auto assignment = field::Assignment::tsc;
  const auto plan = fft::Plan::create(comm_, n);
  const std::array<std::array<int, 3>, 3> waves = {{{3, 0, 0}, {0, 4, 0}, {3, 4, 0}}};
  const std::array<double, 3> amplitude = {0.3, 0.2, 0.1}, phase = {0.4, 1.1, -0.3};
  fft::MeshField mesh(plan, box_mpch);
  for_each_cell(mesh, [&](float& value, auto x, auto y, auto z) {
    for (std::size_t i = 0; i < 3; ++i) {
      const auto& q = waves[i];
      double window = 1.0;
      for (const int n_i : q) window *= field::assignment_window(assignment, n_i, n);
      const double angle = q[0] * static_cast<double>(x) + q[1] * static_cast<double>(y) +
                           q[2] * static_cast<double>(z);
      value += static_cast<float>(amplitude[i] * window *
                                  std::cos(2.0 * units::pi * angle / n + phase[i]));
    }
  });
  mesh.to_modes();
  TriangleList list;
  list.shells = {Shell::between(2.5, 3.5), Shell::between(3.5, 4.5), Shell::between(4.5, 5.5)};
  list.triangles = {{0, 1, 2}};
  const Bispectrum estimator(comm_, box_mpch, list);
  const BispectrumTable table = estimator.measure(mesh, assignment);
  const double mean = 0.25 * 0.3 * 0.2 * 0.1 * std::cos(phase[0] + phase[1] - phase[2]);
  const double expected = volume * volume * mean / static_cast<double>(estimator.counts()[0]);
  // Single-precision transforms of amplitudes of order one.
  EXPECT_NEAR(table.b[0], expected, 1e-5 * std::abs(expected));
  std::array<double, 3> power{};
  for (std::size_t i = 0; i < 3; ++i) {
    power[i] = volume * 0.5 * amplitude[i] * amplitude[i] /
               static_cast<double>(modes_of(list.shells[i]).size());
    EXPECT_NEAR(table.power[i], power[i], 1e-5 * power[i]);
  }
  const double sum = power[0] * power[1] + power[1] * power[2] + power[2] * power[0];
  EXPECT_NEAR(table.q[0], expected / sum, 3e-5 * std::abs(expected / sum));
}

/// B of a real mesh as the triple sum over the modes of the full mesh.
double naive_bispectrum(const fft::MeshField& modes, const Shell& s1, const Shell& s2,
                        const Shell& s3) {
  // The whole cube of modes on every rank.
  const int n = static_cast<int>(modes.n());
  const auto at = [n](int x, int y, int z) {
    const auto wrap = [n](int i) { return static_cast<std::size_t>((i + n) % n); };
    return (wrap(x) * static_cast<std::size_t>(n) + wrap(y)) * static_cast<std::size_t>(n) +
           wrap(z);
  };
  std::vector<double> cube(2 * modes.n() * modes.n() * modes.n(), 0.0);
  fft::for_each_mode(*modes.plan(), [&](const fft::Mode& mode, std::size_t index) {
    const auto c = std::complex<double>(modes.modes()[index]);
    const std::size_t here = at(mode.nx, mode.ny, mode.nz);
    cube[2 * here] = c.real();
    cube[2 * here + 1] = c.imag();
    if (mode.weight == 1) return;
    const std::size_t there = at(-mode.nx, -mode.ny, -mode.nz);
    cube[2 * there] = c.real();
    cube[2 * there + 1] = -c.imag();
  });
  modes.comm().all_reduce(std::span<double>(cube));
  const auto mode_at = [&](int x, int y, int z) {
    return std::complex<double>(cube[2 * at(x, y, z)], cube[2 * at(x, y, z) + 1]);
  };
  std::complex<double> sum = 0;
  std::size_t count = 0;
  for (const auto& a : modes_of(s1)) {
    for (const auto& b : modes_of(s2)) {
      const int x = a[0] + b[0], y = a[1] + b[1], z = a[2] + b[2];
      if (!s3.holds(x * x + y * y + z * z)) continue;
      sum += mode_at(a[0], a[1], a[2]) * mode_at(b[0], b[1], b[2]) * mode_at(-x, -y, -z);
      ++count;
    }
  }
  return volume * volume * sum.real() / static_cast<double>(count);
}

/// A Gaussian field g of constant power up to |q| = 6 and none beyond, plus b g^2: a field with a
/// known bispectrum.
fft::MeshField quadratic_field(const par::Comm& comm, std::size_t n, double b, std::uint64_t seed) {
  const auto plan = fft::Plan::create(comm, n);
  auto mesh = testing::white_noise(plan, box_mpch, seed);
  mesh.to_modes();
  fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
    if (mode.is_zero() || mode.norm2() > 36) mesh.modes()[index] = 0.0F;
  });
  mesh.to_real();
  for_each_cell(mesh, [b](float& value, auto...) {
    value += static_cast<float>(b * static_cast<double>(value) * static_cast<double>(value));
  });
  mesh.to_modes();
  return mesh;
}

constexpr auto assignment = field::Assignment::cic;

TEST_F(BispectrumTest, is_the_sum_over_all_closed_triples_of_modes) {
  auto mesh = quadratic_field(comm_, 20, 0.5, 1);
  const TriangleList list = triangles_of_bins(box_mpch, 1.0, 7.0, 1.5);
  const Bispectrum estimator(comm_, box_mpch, list);
  const BispectrumTable table = estimator.measure(mesh, assignment);
  // Naive sums over the deconvolved modes.
  fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
    double window = 1.0;
    for (const int n_i : {mode.nx, mode.ny, mode.nz}) {
      window *= field::assignment_window(assignment, n_i, mesh.n());
    }
    mesh.modes()[index] /= static_cast<float>(window);
  });
  for (std::size_t t = 0; t < list.triangles.size(); ++t) {
    const auto [i, j, k] = list.triangles[t];
    const double naive = naive_bispectrum(mesh, list.shells[i], list.shells[j], list.shells[k]);
    const double scale = volume * std::sqrt(table.power[i] * table.power[j] * table.power[k]);
    // Floats: 1e-7 of the size of a typical product of three shells.
    EXPECT_NEAR(table.b[t], naive, 1e-6 * (std::abs(naive) + scale)) << "triangle " << t;
  }
}

TEST_F(BispectrumTest, quadratic_field_has_reduced_bispectrum_two_b) {
  // delta = g + b g^2 has B = 2 b (P1 P2 + P2 P3 + P3 P1) + O(b^3), hence Q = 2 b, on whatever
  // shells if the power is constant. The contribution of g alone cancels between +b and -b.
  constexpr double b = 0.02;
  constexpr std::uint64_t seeds = 12;
  constexpr std::size_t n = 24;
  const TriangleList list = triangles_by_angle(box_mpch, 2 * fundamental, 3 * fundamental, 4);
  const Bispectrum estimator(comm_, box_mpch, list);
  // The field is defined on the mesh: it is multiplied by the window that the estimator divides
  // out.
  const auto painted = [&](double quadratic, std::uint64_t seed) {
    auto mesh = quadratic_field(comm_, n, quadratic, seed);
    fft::for_each_mode(*mesh.plan(), [&](const fft::Mode& mode, std::size_t index) {
      for (const int n_i : {mode.nx, mode.ny, mode.nz}) {
        mesh.modes()[index] *= static_cast<float>(field::assignment_window(assignment, n_i, n));
      }
    });
    return mesh;
  };
  std::vector<double> sum(list.triangles.size(), 0.0), sum2 = sum;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto plus = estimator.measure(painted(b, seed), assignment);
    const auto minus = estimator.measure(painted(-b, seed), assignment);
    const double power = volume / (n * n * n);
    for (std::size_t t = 0; t < list.triangles.size(); ++t) {
      const double q = 0.5 * (plus.b[t] - minus.b[t]) / (3.0 * power * power);
      sum[t] += q;
      sum2[t] += q * q;
    }
  }
  for (std::size_t t = 0; t + 1 < list.triangles.size(); ++t) {
    const double mean = sum[t] / seeds;
    const double error = std::sqrt((sum2[t] / seeds - mean * mean) / (seeds - 1));
    // Four standard errors of the mean, which are small enough for a significant test.
    EXPECT_NEAR(mean, 2 * b, 4 * error) << "angle " << t;
    EXPECT_LT(error, 0.15 * 2 * b) << "angle " << t;
  }
}

TEST_F(BispectrumTest, does_not_depend_on_the_number_of_ranks_or_the_mesh) {
  const TriangleList list = triangles_by_angle(box_mpch, 2.5 * fundamental, 3.2 * fundamental, 7);
  const auto self = par::Comm::self();
  const Bispectrum together(comm_, box_mpch, list), alone(self, box_mpch, list);
  EXPECT_EQ(together.counts(), alone.counts());
  const auto a = together.measure(quadratic_field(comm_, 20, 0.5, 3), assignment);
  const auto b = alone.measure(quadratic_field(self, 20, 0.5, 3), assignment);
  for (std::size_t t = 0; t < a.b.size(); ++t) {
    EXPECT_NEAR(a.b[t], b.b[t], 1e-6 * std::abs(b.b[t]));
    EXPECT_NEAR(a.q[t], b.q[t], 1e-6 * std::abs(b.q[t]));
  }
}

TEST_F(BispectrumTest, refuses_what_does_not_fit_the_box_or_the_mesh) {
  EXPECT_THROW((void)triangles_by_angle(box_mpch, 0.5 * fundamental, 0.3, 5), UsageError);
  EXPECT_THROW((void)triangles_by_angle(box_mpch, 0.3, 0.5 * fundamental, 5), UsageError);
  EXPECT_THROW((void)triangles_by_angle(box_mpch, 0.3, 0.3, 1), UsageError);
  EXPECT_THROW((void)triangles_of_bins(box_mpch, 0.5, 4, 1), UsageError);
  EXPECT_THROW((void)triangles_of_bins(box_mpch, 2, 3, 2), UsageError);
  EXPECT_THROW((void)triangles_of_bins(box_mpch, 2, 6, 0), UsageError);
  TriangleList open;
  open.shells = {Shell::between(1, 2), Shell::between(8, 9)};
  open.triangles = {{0, 0, 1}};
  try {
    (void)Bispectrum(comm_, box_mpch, open);
    FAIL() << "sides of 1 and 8 do not close";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
  }

  const Bispectrum estimator(comm_, box_mpch,
                             triangles_by_angle(box_mpch, 4 * fundamental, 4 * fundamental, 3));
  try {
    (void)estimator.measure(quadratic_field(comm_, 16, 0.5, 1), assignment);
    FAIL() << "a mesh of 16^3 has no modes with |q| = 8.9";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("17 points per side"), std::string::npos)
        << error.what();
  }
}

TEST_F(BispectrumTest, angle_without_a_triangle_gives_nan) {
  // k1 = k2 at theta = pi gives k3 = 0: the mean of the field is in no shell.
  const Bispectrum estimator(comm_, box_mpch,
                             triangles_by_angle(box_mpch, 3 * fundamental, 3 * fundamental, 3));
  const auto table = estimator.measure(quadratic_field(comm_, 20, 0.5, 1), assignment);
  EXPECT_EQ(estimator.counts().back(), 0U);
  EXPECT_TRUE(std::isnan(table.b.back()) && std::isnan(table.q.back()));
  EXPECT_TRUE(std::isfinite(table.b.front()) && std::isfinite(table.q.front()));
}

TEST(ProductMesh, sizes_are_even_and_smooth) {
  EXPECT_EQ(even_smooth_size(129), 144U);
  EXPECT_EQ(even_smooth_size(31), 32U);
  EXPECT_EQ(even_smooth_size(1), 2U);
  EXPECT_EQ(even_smooth_size(145), 150U);
}

}  // namespace
}  // namespace nubox::stats
