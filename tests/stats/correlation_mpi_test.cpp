#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/stats/correlation.hpp"
#include "nubox/stats/density.hpp"

#include "stats/fields.hpp"
#include "support/files.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100;

class Correlation : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();

  fft::MeshField zeros(std::size_t n) {
    fft::MeshField mesh(fft::Plan::create(comm_, n), box_mpch);
    mesh.reset_as_modes();
    return mesh;
  }
  static void set(fft::MeshField& modes, int nx, int ny, int nz, float value) {
    fft::for_each_mode(*modes.plan(), [&](const fft::Mode& mode, std::size_t index) {
      if (mode.nx == nx && mode.ny == ny && mode.nz == nz) modes.modes()[index] = value;
    });
  }
};

TEST_F(Correlation, of_one_wave_is_its_spherical_bessel_functions) {
  // delta = 2 a cos(k z): all power at mu = 1 for the line of sight z.
  auto modes = zeros(8);
  set(modes, 0, 0, 2, 0.5F);
  const std::vector<double> radii{0, 1e-3, 1, 7, 13, 26, 50};
  const PowerOptions ngp{.assignment = field::Assignment::ngp};
  const auto xi = measure_correlation(modes, ngp, 2, radii, 0);
  const double k = 2 * 2 * units::pi / box_mpch;
  const double window = std::pow(std::sin(units::pi / 4) / (units::pi / 4), 2);
  for (std::size_t r = 0; r < radii.size(); ++r) {
    // Projection of cos(k r mu) on Legendre polynomials by the midpoint rule, 1e-8 precise.
    double sums[3] = {0, 0, 0};
    constexpr int steps = 20000;
    for (int i = 0; i < steps; ++i) {
      const double mu = (i + 0.5) / steps, m2 = mu * mu, wave = std::cos(k * radii[r] * mu) / steps;
      sums[0] += wave;
      sums[1] += 5 * wave * (3 * m2 - 1) / 2;
      sums[2] += 9 * wave * (35 * m2 * m2 - 30 * m2 + 3) / 8;
    }
    for (std::size_t l = 0; l < 3; ++l) {
      EXPECT_NEAR(xi[l][r], 2 * 0.25 / window * sums[l], 2e-7) << radii[r] << " " << 2 * l;
    }
  }
}

TEST_F(Correlation, is_the_mean_of_the_field_correlated_with_itself) {
  // Independent of Bessel functions: products of the field with itself, moved by whole cells along
  // the axes and diagonals, for a field that is the same along all axes.
  auto modes = zeros(12);
  for (const auto& [q, value] : {std::pair{1, 0.3F}, std::pair{3, -0.2F}}) {
    set(modes, q, 0, 0, value);
    set(modes, -q, 0, 0, value);
    set(modes, 0, q, 0, value);
    set(modes, 0, -q, 0, value);
    set(modes, 0, 0, q, value);
  }
  const std::vector<double> radii{0};
  const PowerOptions ngp{.assignment = field::Assignment::ngp};
  const auto xi = measure_correlation(modes, ngp, 0, radii, 0);
  const auto window = [](int q) {
    return std::pow(std::sin(units::pi * q / 12) / (units::pi * q / 12), 2);
  };
  EXPECT_NEAR(xi[0][0], 6 * (0.09 / window(1) + 0.04 / window(3)), 1e-7);
  EXPECT_NEAR(xi[1][0], 0, 1e-7);  // no direction differs
}

TEST_F(Correlation, of_particles_is_that_of_counted_pairs) {
  // The transform of the damped power is the number of pairs by separation, convolved with a
  // Gaussian: compared with the sum over the pairs themselves.
  constexpr std::size_t n = 16, mesh_n = 48;
  const par::SlabLayout layout(comm_, n);
  auto psi = testing::poisson_displacement(layout, box_mpch, 4);
  const Tracers tracers = testing::tracers_of(psi);
  const auto plan = fft::Plan::create(comm_, mesh_n);
  const auto first = density_modes(tracers, plan, field::Assignment::pcs);
  const auto modes = interlaced_modes(first, tracers, field::Assignment::pcs);
  const std::vector<double> radii{8, 15, 25};
  const PowerOptions options{.assignment = field::Assignment::pcs,
                             .interlaced = true,
                             .subtract_shot_noise = true,
                             .particles = std::pow(n, 3)};
  constexpr double smoothing = 3;
  const auto xi = measure_correlation(modes, options, 2, radii, smoothing);
  // Every pair at distance d contributes its Gaussian of variance 2 R^2 averaged over directions.
  std::vector<float> x[3];
  for (std::size_t c = 0; c < 3; ++c) {
    std::vector<float> own;
    for (std::size_t i = 0; i < psi.local_sites(); ++i) {
      const std::size_t site = layout.local().start * n * n + i;
      const std::size_t q[3] = {site / (n * n), site / n % n, site % n};
      own.push_back(static_cast<float>(
          std::fmod(psi.component(c)[i] + box_mpch / n * static_cast<double>(q[c]), box_mpch)));
    }
    x[c] = comm_.all_gather(std::span<const float>(own));
  }
  std::vector<double> sums(radii.size(), 0);
  const double norm = 1 / std::pow(4 * units::pi * smoothing * smoothing, 1.5);
  // A share of the first particles for each rank.
  const auto ranks = static_cast<std::size_t>(comm_.size());
  for (auto i = static_cast<std::size_t>(comm_.rank()); i < x[0].size(); i += ranks) {
    for (std::size_t j = 0; j < i; ++j) {
      double d2 = 0;
      for (const auto& axis : x) {
        double d = static_cast<double>(axis[i]) - static_cast<double>(axis[j]);
        d -= box_mpch * std::round(d / box_mpch);
        d2 += d * d;
      }
      if (d2 > 2500) continue;
      const double d = std::sqrt(d2), width = 4 * smoothing * smoothing;
      for (std::size_t r = 0; r < radii.size(); ++r) {
        const double a = 2 * d * radii[r] / width;
        sums[r] += (std::exp(-std::pow(radii[r] - d, 2) / width) -
                    std::exp(-std::pow(radii[r] + d, 2) / width)) /
                   (2 * a);
      }
    }
  }
  comm_.all_reduce(std::span<double>(sums));
  const double volume = std::pow(box_mpch, 3), particles = std::pow(n, 3);
  for (std::size_t r = 0; r < radii.size(); ++r) {
    const double counted = 2 * sums[r] * norm * volume / (particles * (particles - 1)) - 1;
    // xi is of order 5e-3 here. What is left are aliases of the mesh, measured as 1.2e-6.
    EXPECT_NEAR(xi[0][r], counted, 3e-6) << radii[r];
  }
}

TEST_F(Correlation, needs_modes) {
  const fft::MeshField real(fft::Plan::create(comm_, 8), box_mpch);
  const std::vector<double> radii{1};
  EXPECT_TRUE(test::error_of([&] { (void)measure_correlation(real, {}, 2, radii, 0); }));
}

}  // namespace
}  // namespace nubox::stats
