#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/sim/simulate.hpp"

#include "sim/support.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace {

using namespace nubox;

sim::SimulationOptions small_run() {
  sim::SimulationOptions options;
  options.n = 12;
  options.box_size_mpch = 24;
  options.gravity = sim::Gravity::p3m;
  options.z_initial = 49;
  options.redshifts = {4};
  options.steps = 10;
  return options;
}

field::Box result_of(const par::Comm& comm, const sim::SimulationOptions& options,
                     const sim::Interruption& interruption = {}) {
  std::optional<field::Box> result;
  sim::simulate(
      comm, options, cosmology::Parameters{}.with_mass(0.15), sim::test::tables(),
      [&](const field::Box& box) { result = box; }, interruption);
  return *std::move(result);
}

TEST(P3mRun, gives_the_positions_of_one_rank_on_every_number_of_ranks) {
  const par::Comm world = par::Comm::world(), self = par::Comm::self();
  const field::Box together = result_of(world, small_run());
  const field::Box alone = result_of(self, small_run());
  const std::size_t first = together.displacement.layout().local().start * 12 * 12;
  const double tolerance = 1e-5 * together.displacement.spacing_mpch();
  for (std::size_t c = 0; c < 3; ++c) {
    const auto here = together.displacement.component(c), there = alone.displacement.component(c);
    for (std::size_t i = 0; i < here.size(); ++i) {
      EXPECT_NEAR(here[i], there[first + i], tolerance);
    }
  }
}

void expect_same_bits_after_a_stop(const sim::SimulationOptions& options) {
  const par::Comm world = par::Comm::world();
  const std::filesystem::path path = std::filesystem::temp_directory_path() /
                                     fmt::format("nubox-p3m-checkpoint-{}.h5", world.size());
  if (world.is_root()) std::filesystem::remove(path);
  world.barrier();
  const field::Box straight = result_of(world, options);
  double now_s = 0;
  par::StepControl control(world, {.wall_clock_minutes = 1.0, .clock = [&] {
                                     now_s += 1;
                                     return now_s >= 4 ? 1e9 : now_s;
                                   }});
  EXPECT_THROW((void)result_of(world, options, {.checkpoint = path, .control = &control}), Error);
  const field::Box resumed = result_of(world, options, {.checkpoint = path});
  const auto a = straight.displacement.values(), b = resumed.displacement.values();
  ASSERT_EQ(a.size(), b.size());
  EXPECT_EQ(std::memcmp(a.data(), b.data(), a.size_bytes()), 0);
  const auto v = straight.velocity->values(), w = resumed.velocity->values();
  EXPECT_EQ(std::memcmp(v.data(), w.data(), v.size_bytes()), 0);
}

TEST(P3mRun, continues_from_a_checkpoint_bit_for_bit) {
  expect_same_bits_after_a_stop(small_run());
}

TEST(P3mRun, continues_adaptive_steps_from_a_checkpoint_bit_for_bit) {
  sim::SimulationOptions options = small_run();
  options.accuracy = 0.2;
  options.redshifts = {20, 4};
  expect_same_bits_after_a_stop(options);
}

TEST(P3mRun, names_its_force_in_the_header_and_no_force_class_of_mesh_runs) {
  const auto header = sim::output_header(small_run(), {}, sim::test::tables(), 0);
  EXPECT_EQ(io::find<std::string>(header.extra, "force"), "p3m");
  EXPECT_EQ(io::find<double>(header.extra, "softening_mpch"), 2.0 / 40);
  EXPECT_FALSE(header.extra.contains("mesh_factor"));
  sim::SimulationOptions mesh = small_run();
  mesh.gravity = sim::Gravity::pm;
  EXPECT_FALSE(sim::output_header(mesh, {}, sim::test::tables(), 0).extra.contains("force"));
}

TEST(P3mRun, refuses_options_that_pairs_cannot_serve) {
  const auto refusal = [](auto&& change) {
    sim::SimulationOptions options = small_run();
    change(options);
    try {
      sim::require_valid(options);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal([](auto&) {}), "");
  EXPECT_NE(refusal([](auto& o) { o.softening_mpch = 2.1; }).find("particle spacing"),
            std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.softening_mpch = 1e-6; }).find("resolve"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.n = 4; }).find("half the box"), std::string::npos);
  EXPECT_NE(refusal([](auto& o) { o.stepping = sim::Stepping::cola; }).find("plain steps"),
            std::string::npos);
}

}  // namespace
