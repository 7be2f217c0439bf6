#include "nubox/stats/jackknife.hpp"
#include "nubox/stats/pdf.hpp"

#include "stats/fields.hpp"

#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

constexpr double box_mpch = 100.0;

TEST(Jackknife, error_of_a_mean_is_the_scatter_of_octants_over_the_root_of_their_number) {
  // For a mean of m equal parts the jackknife equals sqrt(sum (x_i - mean)^2 / (m (m - 1))).
  const double parts[] = {3, 1, 4, 1, 5, 9, 2, 6};
  const double total = std::accumulate(parts, parts + 8, 0.0);
  std::array<std::vector<double>, octants> left_out;
  double sum = 0;
  for (std::size_t i = 0; i < octants; ++i) {
    left_out[i] = {(total - parts[i]) / 7};
    sum += (parts[i] - total / 8) * (parts[i] - total / 8);
  }
  EXPECT_NEAR(jackknife_error(left_out)[0], std::sqrt(sum / 56), 1e-14);
}

TEST(Jackknife, moments_with_an_octant_left_out_equal_those_of_the_remaining_cells) {
  for (const std::size_t n : {8, 9}) {  // an odd mesh has octants of unequal size
    const par::Comm comm = par::Comm::world();
    auto mesh = testing::white_noise(fft::Plan::create(comm, n), box_mpch, 5);
    testing::for_each_cell(mesh, [](float& v, auto...) { v = std::exp(0.5F * v); });
    const OctantMoments measured = measure_octant_moments(mesh);
    for (std::size_t octant = 0; octant <= octants; ++octant) {  // 8: none left out
      const auto counts = [&](std::size_t x, std::size_t y, std::size_t z) {
        return octant_of(x, y, z, n) != octant;
      };
      double cells = 0, sum = 0, cubes = 0;
      testing::for_each_cell(mesh, [&](float& v, std::size_t x, std::size_t y, std::size_t z) {
        if (counts(x, y, z)) cells += 1, sum += static_cast<double>(v);
      });
      const double mean = comm.all_reduce(sum) / comm.all_reduce(cells);
      testing::for_each_cell(mesh, [&](float& v, std::size_t x, std::size_t y, std::size_t z) {
        if (counts(x, y, z)) cubes += std::pow(v - mean, 3);
      });
      if (octant < octants) {
        EXPECT_EQ(comm.all_reduce(cells), static_cast<double>(n * n * n - octant_cells(octant, n)));
      }
      const double m3 = comm.all_reduce(cubes) / comm.all_reduce(cells);
      const CentralMoments& result = octant < octants ? measured.left_out[octant] : measured.all;
      EXPECT_NEAR(result.mean, mean, 1e-12);
      EXPECT_NEAR(result.m3, m3, 1e-11);
    }
  }
}

TEST(Jackknife, pdf_error_of_white_noise_is_that_of_counting) {
  constexpr std::size_t n = 32;
  const par::Comm comm = par::Comm::world();
  auto mesh = testing::white_noise(fft::Plan::create(comm, n), box_mpch, 6);
  testing::for_each_cell(mesh, [](float& v, auto...) { v = std::exp(v); });
  const std::vector<double> edges{0.1, 0.5, 1.0, 2.0, 10.0};
  const Histogram histogram = count_cells(mesh, edges);
  const double cells = n * n * n;
  const auto errors = jackknife_error(fractions_left_out(histogram, n));
  // Independent cells: a binomial error, which eight octants measure to 1 / sqrt(14) = 27 %; four
  // bins, three of these.
  for (std::size_t i = 0; i < errors.size(); ++i) {
    const double p = static_cast<double>(histogram.counts[i]) / cells;
    const double binomial = std::sqrt(p * (1 - p) / cells);
    EXPECT_NEAR(errors[i] / binomial, 1.0, 0.8) << i;
  }
}

}  // namespace
}  // namespace nubox::stats
