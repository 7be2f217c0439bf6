#include "nubox/core/error.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/sim/simulate.hpp"

#include "sim/support.hpp"

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

namespace {

using namespace nubox;
namespace fs = std::filesystem;
using sim::SimulationOptions;
using sim::Stepping;

/// A run of two outputs that can be stopped after every step.
class Interrupted : public testing::Test {
 protected:
  void SetUp() override {
    options_.n = 12;
    options_.box_size_mpch = 48;
    options_.steps = 5;
    options_.redshifts = {1, 0};
    fs::remove(checkpoint_);
    world_.barrier();
  }
  void TearDown() override {
    world_.barrier();
    if (world_.is_root()) fs::remove(checkpoint_);
  }

  /// Runs until the end or, if given, until `stop_after` steps; appends outputs.
  void run(std::size_t stop_after = 0) {
    double now_s = 0;
    par::StepControl control(
        world_, {.wall_clock_minutes = stop_after == 0 ? 0.0 : 1.0, .clock = [&] {
                   now_s += 1;
                   return stop_after > 0 && now_s >= static_cast<double>(stop_after) ? 1e9 : now_s;
                 }});
    sim::simulate(
        world_, options_, parameters_, sim::test::tables(),
        [&](const field::Box& output) { outputs_.push_back(output); },
        {.checkpoint = checkpoint_, .control = &control, .outputs_present = outputs_.size()});
  }

  ExitCode code_of(std::size_t stop_after = 0) {
    try {
      run(stop_after);
      return ExitCode::ok;
    } catch (const Error& error) {
      EXPECT_TRUE(error.agreed()) << error.what();
      return error.code();
    }
  }

  par::Comm world_ = par::Comm::world();
  SimulationOptions options_;
  cosmology::Parameters parameters_ = cosmology::Parameters{}.with_mass(0.15);
  std::vector<field::Box> outputs_;
  fs::path checkpoint_ =
      fs::temp_directory_path() / fmt::format("nubox-checkpoint-{}.h5", world_.size());
};

TEST_F(Interrupted, run_ends_with_the_bits_of_an_uninterrupted_one) {
  for (const Stepping stepping : {Stepping::pm, Stepping::cola}) {
    options_.stepping = stepping;
    outputs_.clear();
    run();
    const std::vector<field::Box> straight = std::move(outputs_);
    ASSERT_EQ(straight.size(), 2u);
    outputs_.clear();
    // Stops after every step, including those at an output.
    std::size_t stops = 0;
    while (code_of(1) == ExitCode::stopped) {
      ++stops;
      EXPECT_TRUE(fs::exists(checkpoint_));
      world_.barrier();
    }
    EXPECT_EQ(stops, 5u);
    EXPECT_FALSE(fs::exists(checkpoint_)) << "a finished run leaves none";
    ASSERT_EQ(outputs_.size(), 2u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(outputs_[i].header, straight[i].header);
      EXPECT_TRUE(sim::test::same_bits(outputs_[i].displacement.values(),
                                       straight[i].displacement.values()));
      EXPECT_TRUE(
          sim::test::same_bits(outputs_[i].velocity->values(), straight[i].velocity->values()));
    }
  }
}

TEST_F(Interrupted, run_refuses_the_checkpoint_of_another) {
  EXPECT_EQ(code_of(1), ExitCode::stopped);
  options_.noise.seed = 2;
  EXPECT_EQ(code_of(), ExitCode::usage);
  options_.noise.seed = 1;
  options_.redshifts = {0};
  EXPECT_EQ(code_of(), ExitCode::usage);
}

TEST_F(Interrupted, run_restarts_if_the_checkpoint_is_damaged_or_after_a_missing_output) {
  EXPECT_EQ(code_of(4), ExitCode::stopped);
  ASSERT_EQ(outputs_.size(), 1u);
  outputs_.clear();  // as if the first output had been removed
  run();
  EXPECT_EQ(outputs_.size(), 2u);
  outputs_.clear();
  io::publish_text(world_, checkpoint_, io::own_name(), "no HDF5 file");
  run();
  EXPECT_EQ(outputs_.size(), 2u);
}

}  // namespace
