#include "nubox/core/error.hpp"
#include "nubox/prior/features.hpp"

#include "prior/support.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using namespace nubox::prior;
using namespace nubox::prior::test;

constexpr std::size_t mesh_factor = 2;

Features local_features(const field::Box& input) {
  return {input, sim::test::theory_of(0), local_feature_names(input.velocity.has_value()),
          mesh_factor};
}

/// 1 - exp(-k^2 R^2 / 2) of the plane wave.
double high_pass() {
  const double kr = plane_wave_k_hmpc() * bulk_flow_radius_mpch;
  return 1 - std::exp(-kr * kr / 2);
}

TEST(Features, of_a_linear_wave_are_its_prior_without_bulk_flow_and_zero_residuals) {
  const par::Comm world = par::Comm::world();
  const double amplitude = 0.5;
  const field::Box input = plane_wave(world, amplitude);
  const field::LatticeField all = local_features(input).over(input);
  ASSERT_EQ(all.components(), 9u);
  EXPECT_LT(deviation_from_wave(all, amplitude * high_pass()), 1e-5);
  for (std::size_t c = 3; c < 6; ++c) {
    // The massless growth rate changes with k by less than 1e-5 at z = 0.
    EXPECT_LT(largest_magnitude(all.component(c)), 1e-4);
  }
  for (std::size_t c = 6; c < 9; ++c) {
    // The cloud-in-cell windows reduce the force by (kH)^2 / 6 = 0.6 % with 32 mesh points a wave.
    EXPECT_LT(largest_magnitude(all.component(c)), 1e-2 * amplitude * high_pass());
  }
}

TEST(Features, residual_velocity_is_u_over_f_minus_the_displacement) {
  // A wave that moves half as fast as a growing mode.
  const par::Comm world = par::Comm::world();
  field::Box input = plane_wave(world, 0.5);
  for (float& v : input.velocity->values()) v /= 2;
  const Features features(input, sim::test::theory_of(0),
                          {"local_residual_velocity_x", "prior_displacement_x"}, mesh_factor);
  const field::LatticeField all = features.over(input);
  ASSERT_EQ(all.components(), 2u);
  EXPECT_LT(deviation_from_wave(all, -0.25 * high_pass()), 1e-4);
  EXPECT_LT(largest_difference(all.component(1), input.displacement.component(0)), 1e-30);
}

TEST(Features, residual_acceleration_is_the_force_minus_the_displacement) {
  // The force on a uniform lattice is zero. After shell crossing it is far from linear.
  const par::Comm world = par::Comm::world();
  const field::Box rest = plane_wave(world, 0);
  const field::LatticeField none = local_features(rest).over(rest);
  EXPECT_LT(largest_magnitude(none.values()), 1e-4);
  const field::Box crossed = plane_wave(world, 2 / plane_wave_k_hmpc());
  const field::LatticeField all = local_features(crossed).over(crossed);
  const double most = world.all_reduce(largest_magnitude(all.component(6)), par::Reduction::max);
  EXPECT_GT(most, 1);
  EXPECT_LT(most, box_mpch);
}

TEST(Features, do_not_depend_on_a_constant_bulk_flow) {
  const par::Comm world = par::Comm::world();
  const field::Box box = zeldovich_box(world);
  field::Box moved = zeldovich_box(world);
  // A whole cell of the force mesh, so that particles keep their positions relative to it.
  const double bulk_mpch = box_mpch / (mesh_factor * n), bulk_kms = 250;
  for (float& x : moved.displacement.component(1)) x += static_cast<float>(bulk_mpch);
  for (float& v : moved.velocity->component(2)) v += static_cast<float>(bulk_kms);
  const field::LatticeField before = local_features(box).over(box);
  const field::LatticeField after = local_features(moved).over(moved);
  for (std::size_t c = 0; c < before.components(); ++c) {
    // Rounding of displacements of 20 Mpc/h.
    EXPECT_LT(largest_difference(before.component(c), after.component(c)), 1e-4) << c;
  }
}

TEST(Features, of_a_box_without_velocities_lack_only_those_channels) {
  const par::Comm world = par::Comm::world();
  field::Box input = zeldovich_box(world);
  const field::LatticeField with = local_features(input).over(input);
  input.velocity.reset();
  const Features features = local_features(input);
  const field::LatticeField without = features.over(input);
  ASSERT_EQ(without.components(), 6u);
  EXPECT_EQ(features.names().back(), "local_residual_acceleration_z");
  for (const auto& [a, b] : {std::pair{0, 0}, {1, 1}, {2, 2}, {6, 3}, {7, 4}, {8, 5}}) {
    EXPECT_EQ(largest_difference(with.component(static_cast<std::size_t>(a)),
                                 without.component(static_cast<std::size_t>(b))),
              0);
  }
  for (const char* name : {"local_residual_velocity_x", "magic_x", "prior_displacement"}) {
    try {
      const Features refused(input, sim::test::theory_of(0), {name}, mesh_factor);
      FAIL() << name << " was made";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input);
      EXPECT_TRUE(error.agreed());
    }
  }
}

TEST(Features, do_not_depend_on_the_number_of_ranks) {
  const par::Comm world = par::Comm::world(), self = par::Comm::self();
  const field::Box slabs = zeldovich_box(world), whole = zeldovich_box(self);
  const field::LatticeField here = local_features(slabs).over(slabs);
  const field::LatticeField alone = local_features(whole).over(whole);
  for (std::size_t c = 0; c < here.components(); ++c) {
    // Mpc/h, of displacements of 20: float32 rounding.
    EXPECT_LT(largest_difference(here.component(c), sim::test::slab_of(alone, c, here.layout())),
              1e-4)
        << c;
  }
}

}  // namespace
