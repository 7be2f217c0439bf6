#include "nubox/core/error.hpp"
#include "nubox/stats/top_hat.hpp"
#include "nubox/stats/voids.hpp"

#include "stats/fields.hpp"
#include "stats/voids_naive.hpp"

#include <limits>
#include <ostream>

#include <gtest/gtest.h>

namespace nubox::stats {

void PrintTo(const Void& each, std::ostream* out) {
  *out << "(" << each.cell[0] << " " << each.cell[1] << " " << each.cell[2] << ") radius "
       << each.radius << " delta " << each.delta;
}

namespace {

using testing::for_each_cell;

constexpr double box_mpch = 100.0;

/// Contrast of -0.9 (0 elsewhere) in spheres about the given cells.
struct Sphere {
  std::array<std::size_t, 3> cell;
  double radius_cells;
};

fft::MeshField modes_of_spheres(const par::Comm& comm, std::size_t n,
                                const std::vector<Sphere>& spheres) {
  fft::MeshField mesh(fft::Plan::create(comm, n), box_mpch);
  for_each_cell(mesh, [&](float& value, std::size_t x, std::size_t y, std::size_t z) {
    const std::array<std::size_t, 3> cell{x, y, z};
    for (const Sphere& sphere : spheres) {
      double distance2 = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        const std::size_t d = std::max(cell[c], sphere.cell[c]) - std::min(cell[c], sphere.cell[c]);
        distance2 += static_cast<double>(std::min(d, n - d) * std::min(d, n - d));
      }
      if (distance2 <= sphere.radius_cells * sphere.radius_cells) value = -0.9F;
    }
  });
  mesh.to_modes();
  return mesh;
}

/// A smooth random contrast with many minima: white noise under a top-hat of `radius_cells`.
fft::MeshField random_modes(const par::Comm& comm, std::size_t n, double radius_cells,
                            std::uint64_t seed) {
  const auto plan = fft::Plan::create(comm, n);
  auto mesh = testing::white_noise(plan, box_mpch, seed);
  mesh.to_modes();
  const double radius = radius_cells * box_mpch / static_cast<double>(n);
  fft::MeshField smoothed(plan, box_mpch);
  TopHat(plan, box_mpch, radius, TopHatKind::analytic).smooth_contrast(mesh, smoothed);
  smoothed.to_modes();
  return smoothed;
}

/// The naive finder for the same field, on each rank alone.
testing::NaiveVoids naive(const fft::MeshField& modes, const VoidOptions& options) {
  const std::size_t n = modes.n();
  testing::NaiveVoids voids(n, options);
  fft::MeshField smoothed(modes.plan(), box_mpch);
  voids.find([&](double radius_cells) {
    TopHat(modes.plan(), box_mpch, radius_cells * box_mpch / static_cast<double>(n),
           TopHatKind::analytic)
        .smooth_contrast(modes, smoothed);
    std::vector<float> values;
    for_each_cell(smoothed, [&](float value, auto...) { values.push_back(value); });
    return values;
  });
  return voids;
}

class Voids : public ::testing::Test {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::Comm self_ = par::Comm::self();

  void expect_refusal(const fft::MeshField& modes, const VoidOptions& options, ExitCode code,
                      const std::string& text) {
    try {
      (void)find_voids(modes, options);
      FAIL() << "accepted: " << text;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), code);
      EXPECT_TRUE(error.agreed());
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  }
};

TEST_F(Voids, spheres_are_found_at_their_centres_across_edges_of_box_and_slabs) {
  // The second lies over a corner of the periodic box; 32 planes end a slab at 16 (2 ranks), 11 and
  // 22 (3), 7, 14, 21, 28 (5): every sphere is cut for some number of ranks.
  const auto modes =
      modes_of_spheres(comm_, 32, {{{15, 16, 16}, 5}, {{31, 0, 31}, 5}, {{8, 28, 4}, 5}});
  const VoidCatalogue found = find_voids(modes, {-0.7, {7, 5}, VoidRule::exclusive});
  // A top-hat as large as the sphere is deepest at its centre; a larger one contains too much
  // matter: -0.9 (5/7)^3 = -0.33.
  ASSERT_EQ(found.voids.size(), 3U);
  EXPECT_EQ(found.counts, (std::vector<std::uint64_t>{0, 3}));
  std::vector<std::array<std::uint32_t, 3>> cells;
  for (const Void& each : found.voids) {
    cells.push_back(each.cell);
    EXPECT_EQ(each.radius, 1U);
    // The lattice sphere and the analytic window differ by the shell of cells on the surface.
    EXPECT_NEAR(each.delta, -0.9, 0.1);
  }
  std::sort(cells.begin(), cells.end());
  EXPECT_EQ(cells,
            (std::vector<std::array<std::uint32_t, 3>>{{8, 28, 4}, {15, 16, 16}, {31, 0, 31}}));
  // Cells with d^2 < 25 about a node, for each of three disjoint spheres (counted by hand of d^2).
  std::uint64_t ball = 0;
  for (int x = -5; x <= 5; ++x) {
    for (int y = -5; y <= 5; ++y) {
      for (int z = -5; z <= 5; ++z) ball += x * x + y * y + z * z < 25;
    }
  }
  EXPECT_EQ(found.cells_in_voids, 3 * ball);
}

TEST_F(Voids, touching_spheres_do_not_overlap_and_nearer_ones_do) {
  for (const std::size_t distance : {std::size_t{7}, std::size_t{10}}) {
    // 5 + 5 cells apart, along the slabs' axis and across the periodic edge.
    const auto modes =
        modes_of_spheres(comm_, 30, {{{27, 9, 9}, 5}, {{(27 + distance) % 30, 9, 9}, 5}});
    const VoidCatalogue found = find_voids(modes, {-0.7, {5}, VoidRule::exclusive});
    EXPECT_EQ(found.voids.size(), distance == 10 ? 2U : 1U) << distance;
  }
}

TEST_F(Voids, equal_minima_are_accepted_in_the_order_of_their_cells) {
  // A contrast that depends on z alone: whole planes of equal candidates, which rounding does not
  // tell apart, since all columns of the mesh hold the same numbers.
  const std::size_t n = 24;
  fft::MeshField mesh(fft::Plan::create(comm_, n), box_mpch);
  for_each_cell(mesh, [&](float& value, auto, auto, std::size_t z) {
    value = -0.9F * static_cast<float>(std::cos(2 * units::pi * static_cast<double>(z) / n));
  });
  mesh.to_modes();
  const VoidCatalogue found = find_voids(mesh, {-0.5, {4}, VoidRule::exclusive});
  // In the plane z = 0: 8 cells apart along x and y, 3 x 3 voids from the origin on, or whatever
  // the walk in the order of cells makes of the last bits.
  auto alone = fft::MeshField(fft::Plan::create(self_, n), box_mpch);
  for_each_cell(alone, [&](float& value, auto, auto, std::size_t z) {
    value = -0.9F * static_cast<float>(std::cos(2 * units::pi * static_cast<double>(z) / n));
  });
  alone.to_modes();
  const auto expected = naive(alone, {-0.5, {4}, VoidRule::exclusive});
  EXPECT_EQ(found.voids, expected.voids());
  EXPECT_EQ(found.voids.size(), 9U);
}

TEST_F(Voids, flat_and_lattice_fields_have_no_voids) {
  fft::MeshField mesh(fft::Plan::create(comm_, 16), box_mpch);
  mesh.reset_as_modes();
  const VoidCatalogue found = find_voids(mesh, {-0.7, {5, 3}, VoidRule::exclusive});
  EXPECT_TRUE(found.voids.empty());
  EXPECT_EQ(found.counts, (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(found.cells_in_voids, 0U);
  const VoidProfiles profiles = stack_profiles(
      [&] {
        mesh.to_real();
        return std::move(mesh);
      }(),
      found, 4, 2.0);
  for (const double ratio : profiles.ratio) EXPECT_TRUE(std::isnan(ratio));
}

struct RandomCase {
  std::size_t n;
  std::vector<double> radii_cells;
  double threshold;
  VoidRule rule;
  double smoothing_cells;
};

class RandomVoids : public ::testing::TestWithParam<RandomCase> {
 protected:
  par::Comm comm_ = par::Comm::world();
  par::Comm self_ = par::Comm::self();
};

// 5 ranks have slabs of 7, 7, 7, 7, 2 planes of 30 and of 8, 8, 8, 8, 4 of 36: thinner than the
// conflicts of 10 and more cells reach, which so span several ranks.
INSTANTIATE_TEST_SUITE_P(
    Fields, RandomVoids,
    ::testing::Values(RandomCase{24, {7, 5, 3}, -0.05, VoidRule::exclusive, 1.5},
                      RandomCase{30, {9, 6.5, 4, 2.5}, -0.02, VoidRule::exclusive, 1.5},
                      RandomCase{36, {4, 3, 2}, -0.05, VoidRule::exclusive, 2},
                      RandomCase{40, {5, 3.5, 2.5, 2, 1.5}, -0.02, VoidRule::pylians, 1.5},
                      RandomCase{48, {6, 3, 2.5, 2.2, 2, 1.5}, -0.02, VoidRule::pylians, 1.5}),
    [](const auto& each) { return "number" + std::to_string(each.index); });

TEST_P(RandomVoids, equal_those_of_the_naive_finder) {
  const RandomCase& given = GetParam();
  const VoidOptions options{given.threshold, given.radii_cells, given.rule};
  const auto expected = naive(random_modes(self_, given.n, given.smoothing_cells, 7), options);
  const VoidCatalogue found =
      find_voids(random_modes(comm_, given.n, given.smoothing_cells, 7), options);
  EXPECT_EQ(found.voids, expected.voids());
  EXPECT_EQ(found.cells_in_voids, expected.marked());
  // Many candidates for each void, and the switch of the rule where it is expected.
  EXPECT_EQ(expected.switched() > 0, given.rule == VoidRule::pylians);
  EXPECT_GT(expected.voids().size(), 10U);
  EXPECT_GT(expected.candidates(), 8 * expected.voids().size());
  const std::size_t switched = static_cast<std::size_t>(
      std::count(found.cell_rule.begin(), found.cell_rule.end(), std::uint64_t{1}));
  EXPECT_EQ(switched, expected.switched());
}

TEST_F(Voids, chains_of_conflicts_across_all_slabs_are_resolved) {
  // The contrast rises along x: every candidate depends on the one before it, across all slabs.
  const std::size_t n = 40;
  const auto chain = [&](const par::Comm& comm) {
    fft::MeshField mesh(fft::Plan::create(comm, n), box_mpch);
    for_each_cell(mesh, [&](float& value, std::size_t x, auto, auto) {
      value = -1.0F + 0.02F * static_cast<float>(x);
    });
    mesh.to_modes();
    return mesh;
  };
  const VoidOptions options{-0.3, {2}, VoidRule::exclusive};
  const VoidCatalogue found = find_voids(chain(comm_), options);
  EXPECT_EQ(found.voids, naive(chain(self_), options).voids());
  EXPECT_GT(found.voids.size(), 100U);
}

TEST_F(Voids, size_function_counts_each_radius_in_the_bin_below_it_and_the_smallest_in_none) {
  VoidCatalogue catalogue;
  catalogue.mesh_n = 50;
  catalogue.radii_cells = {10, 7, 5};
  catalogue.counts = {4, 9, 100};
  const VoidSizeFunction function = size_function(catalogue, box_mpch);
  // Cells of 2 Mpc/h, volume 1e6.
  ASSERT_EQ(function.radius_mpch.size(), 2U);
  EXPECT_DOUBLE_EQ(function.radius_mpch[0], 17.0);
  EXPECT_DOUBLE_EQ(function.radius_mpch[1], 12.0);
  EXPECT_DOUBLE_EQ(function.dn_dr[0], 4.0 / (1e6 * 6.0));
  EXPECT_DOUBLE_EQ(function.dn_dr[1], 9.0 / (1e6 * 4.0));
  EXPECT_DOUBLE_EQ(function.poisson_error[1], 3.0 / (1e6 * 4.0));
}

TEST_F(Voids, profile_of_a_top_hat_sphere_is_flat_inside_and_at_the_mean_outside) {
  const std::vector<Sphere> spheres = {{{2, 30, 15}, 6}, {{18, 10, 15}, 6}};
  auto modes = modes_of_spheres(comm_, 32, spheres);
  VoidCatalogue catalogue;
  catalogue.mesh_n = 32;
  catalogue.radii_cells = {8, 6};
  catalogue.counts = {0, 2};
  catalogue.voids = {{{2, 30, 15}, 1, -0.9F}, {{18, 10, 15}, 1, -0.9F}};
  modes.to_real();
  const VoidProfiles profiles = stack_profiles(modes, catalogue, 6, 1.5);
  ASSERT_EQ(profiles.ratio.size(), 12U);
  EXPECT_DOUBLE_EQ(profiles.edges[4], 1.0);
  for (std::size_t s = 0; s < 6; ++s) {
    EXPECT_TRUE(std::isnan(profiles.ratio[s]));
    // The cells on the sphere itself belong to shell 4, [1, 1.25): 30 of them at d^2 = 36.
    const double cells = static_cast<double>(profiles.cells[6 + s]) / 2;
    const double expected = s < 4 ? 0.1 : s == 4 ? 1 - 0.9 * 30 / cells : 1.0;
    EXPECT_NEAR(profiles.ratio[6 + s], expected, 1e-6) << s;
  }
  // Two voids, cells with d^2 < 81.
  std::uint64_t within = 0, ball = 0;
  for (std::size_t s = 0; s < 6; ++s) within += profiles.cells[6 + s];
  for (int x = -9; x <= 9; ++x) {
    for (int y = -9; y <= 9; ++y) {
      for (int z = -9; z <= 9; ++z) ball += x * x + y * y + z * z < 81;
    }
  }
  EXPECT_EQ(within, 2 * ball);
}

TEST_F(Voids, refuses_invalid_radii_and_fields_that_are_not_finite) {
  fft::MeshField modes(fft::Plan::create(comm_, 16), box_mpch);
  modes.reset_as_modes();
  const auto refused = [&](const std::vector<double>& radii, const std::string& text) {
    expect_refusal(modes, {-0.7, radii, VoidRule::exclusive}, ExitCode::usage, text);
  };
  refused({}, "no radius");
  refused({8, 4}, "8 cells on a mesh of 16^3");
  refused({4, 0.9}, "0.9 cells");
  refused({std::nan("")}, "nan cells");
  refused({4, 5}, "5 follows 4");
  refused({4, 4}, "4 follows 4");
  if (modes.plan()->ky_slab().contains(0)) {
    modes.modes()[0] = std::numeric_limits<float>::quiet_NaN();
  }
  expect_refusal(modes, {-0.7, {4}, VoidRule::exclusive}, ExitCode::numerical, "NaN");
}

}  // namespace
}  // namespace nubox::stats
