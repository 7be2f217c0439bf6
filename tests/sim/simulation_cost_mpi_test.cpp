#include "nubox/field/box.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/sim/simulation_cost.hpp"
#include "nubox/sim/simulation_memory.hpp"

#include "sim/support.hpp"

#include <gtest/gtest.h>

namespace {

using namespace nubox;

TEST(SimulationCost, time_and_files_grow_with_the_boxes_and_memory_does_not) {
  const par::Comm world = par::Comm::world();
  sim::SimulationOptions options;
  options.n = 16;
  options.redshifts = {1, 0};
  const auto theory = sim::test::theory_of();
  const RunCost one = sim::simulation_cost(world, options, theory, 1);
  const RunCost three = sim::simulation_cost(world, options, theory, 3);
  EXPECT_GT(one.core_seconds, 0);
  EXPECT_DOUBLE_EQ(three.core_seconds, 3 * one.core_seconds);
  EXPECT_EQ(one.file_bytes, 2 * 6 * 4 * 16.0 * 16 * 16);  // two redshifts, six floats
  EXPECT_EQ(three.file_bytes, 3 * one.file_bytes);
  EXPECT_EQ(one.rank_bytes,
            sim::memory_estimate(world, options, theory).peak_bytes() + par::library_buffer_bytes);
  EXPECT_EQ(three.rank_bytes, one.rank_bytes);
}

TEST(SimulationCost, time_grows_with_steps_and_with_the_force_mesh) {
  const par::Comm world = par::Comm::world();
  sim::SimulationOptions options;
  options.n = 16;
  const auto theory = sim::test::theory_of();
  const double coarse = sim::simulation_cost(world, options, theory, 1).core_seconds;
  options.steps *= 2;
  EXPECT_DOUBLE_EQ(sim::simulation_cost(world, options, theory, 1).core_seconds, 2 * coarse);
  options.mesh_factor = 4;
  EXPECT_GT(sim::simulation_cost(world, options, theory, 1).core_seconds, 4 * coarse);
}

TEST(SimulationCost, pair_forces_cost_time_and_finer_steps_more) {
  const par::Comm world = par::Comm::world();
  sim::SimulationOptions options;
  options.n = 16;
  options.box_size_mpch = 32;
  const auto theory = sim::test::theory_of();
  const auto seconds = [&] { return sim::simulation_cost(world, options, theory, 1).core_seconds; };
  const double mesh_only = seconds();
  options.gravity = sim::Gravity::p3m;
  EXPECT_GT(seconds(), 2 * mesh_only);
  options.accuracy = 0.025;
  const double adaptive = seconds();
  options.accuracy /= 4;
  EXPECT_NEAR(seconds(), 2 * adaptive, 1e-9 * adaptive);
}

}  // namespace
