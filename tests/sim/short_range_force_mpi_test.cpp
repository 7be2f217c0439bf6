#include "nubox/core/rng.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/periodic.hpp"
#include "nubox/sim/force_split.hpp"
#include "nubox/sim/short_range_force.hpp"

#include "sim/support.hpp"

#include <array>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using Vector = std::array<double, 3>;

constexpr std::size_t n = 6;
constexpr double box_mpch = 30;
// Softened within 2.8 x 0.01 Mpc/h alone.
constexpr sim::ForceSplit split{1.2, 6, 0.01};

/// A lattice of particles displaced by up to a lattice spacing along every axis.
field::LatticeField displaced(const par::Comm& comm) {
  const par::SlabLayout layout(comm, n);
  field::LatticeField psi(layout, 3, box_mpch);
  const auto first = static_cast<std::uint32_t>(layout.local().start * n * n);
  for (std::uint32_t c = 0; c < 3; ++c) {
    for (std::uint32_t i = 0; i < psi.local_sites(); ++i) {
      const auto draw = rng::philox(5, {first + i, c, 0, 0});
      psi.component(c)[i] = static_cast<float>(10 * rng::uniform_open_closed(draw[0], draw[1]) - 5);
    }
  }
  return psi;
}

std::vector<Vector> all_positions() {
  const field::LatticeField psi = displaced(par::Comm::self());
  std::vector<Vector> positions;
  sim::test::for_each_site(psi, [&](double qx, double qy, double qz, std::size_t site) {
    positions.push_back(
        {qx + psi.component(0)[site], qy + psi.component(1)[site], qz + psi.component(2)[site]});
  });
  return positions;
}

/// Sum over all particles within the cut-off, in double precision and from the closed form.
Vector naive_force(const std::vector<Vector>& positions, std::size_t target) {
  Vector force{};
  for (std::size_t j = 0; j < positions.size(); ++j) {
    if (j == target) continue;
    Vector d;
    for (std::size_t c = 0; c < 3; ++c) {
      d[c] = field::minimum_image_of_any(positions[j][c] - positions[target][c], box_mpch);
    }
    const double r2 = d[0] * d[0] + d[1] * d[1] + d[2] * d[2];
    if (r2 > split.cutoff_mpch * split.cutoff_mpch) continue;
    const double pull =
        1 / (r2 * std::sqrt(r2)) - sim::exact_mesh_pair_force(r2, split.split_radius_mpch);
    for (std::size_t c = 0; c < 3; ++c) force[c] += pull * d[c];
  }
  // F has the units of a displacement: div F = -delta.
  const double unit = std::pow(box_mpch, 3) / std::pow(n, 3) / (4 * units::pi);
  for (double& component : force) component *= unit;
  return force;
}

TEST(ShortRangeForce, is_the_sum_over_pairs_within_the_cut_off_on_every_number_of_ranks) {
  const par::Comm world = par::Comm::world();
  const field::LatticeField psi = displaced(world);
  const std::vector<Vector> positions = all_positions();
  constexpr double factor = 0.9;
  std::array<std::vector<double>, 3> found;
  for (auto& values : found) values.assign(psi.local_sites(), 0);
  sim::ShortRangeForce force(world, box_mpch, split);
  force.evaluate(psi, factor,
                 [&](std::size_t axis, std::size_t first, std::span<const float> values) {
                   for (std::size_t i = 0; i < values.size(); ++i) {
                     found[axis][first + i] += static_cast<double>(values[i]);
                   }
                 });
  double worst = 0, rms = 0;
  for (std::size_t i = 0; i < psi.local_sites(); ++i) {
    const Vector expected = naive_force(positions, psi.layout().local().start * n * n + i);
    for (std::size_t c = 0; c < 3; ++c) {
      worst = std::max(worst, sim::test::distance(found[c][i], factor * expected[c]));
      rms += expected[c] * expected[c];
    }
  }
  rms = std::sqrt(world.all_reduce(rms) / (3.0 * n * n * n));
  EXPECT_GT(rms, 0.1) << "there is nothing to compare";
  // Float positions: 1e-6 of 30 Mpc/h in the separation of the closest pairs, whose pull is
  // largest.
  EXPECT_LE(worst, 1e-3 * rms);
}

TEST(ShortRangeForce, counts_the_pairs_and_times_its_phases) {
  const par::Comm world = par::Comm::world();
  sim::ShortRangeForce force(world, box_mpch, split);
  EXPECT_EQ(force.pairs(), 0U);
  force.evaluate(displaced(world), 1, [](std::size_t, std::size_t, std::span<const float>) {});
  std::uint64_t close = 0;
  const std::vector<Vector> positions = all_positions();
  for (const Vector& a : positions) {
    for (const Vector& b : positions) {
      double r2 = 0;
      for (std::size_t c = 0; c < 3; ++c) {
        r2 += std::pow(field::minimum_image_of_any(a[c] - b[c], box_mpch), 2);
      }
      close += r2 > 0 && r2 < split.cutoff_mpch * split.cutoff_mpch ? 1 : 0;
    }
  }
  EXPECT_GE(world.all_reduce(force.pairs()), close);
  EXPECT_FALSE(force.times().seconds().empty());
}

TEST(ForceSplit, gives_the_mesh_a_gaussian_share_of_every_mode) {
  EXPECT_EQ(sim::mesh_share(split, 0), 1);
  const double kr = 0.5 * split.split_radius_mpch;
  EXPECT_NEAR(sim::mesh_share(split, 0.5), std::exp(-kr * kr), 1e-15);
}

TEST(ForceSplit, leaves_to_the_pairs_what_the_mesh_lacks_at_the_cut_off) {
  // Beyond five split radii Newton's force and that of the mesh differ by less than 1 %.
  const double r2 = split.cutoff_mpch * split.cutoff_mpch;
  const double newton = 1 / (r2 * split.cutoff_mpch);
  EXPECT_NEAR(sim::exact_mesh_pair_force(r2, split.split_radius_mpch), newton, 0.01 * newton);
  // Inside, the force of the mesh is finite: 1 / (6 sqrt(pi) r_s^3) at the centre.
  const double centre = 1 / (6 * std::sqrt(units::pi) * std::pow(split.split_radius_mpch, 3));
  EXPECT_NEAR(sim::exact_mesh_pair_force(0, split.split_radius_mpch), centre, 1e-12 * centre);
}

}  // namespace
