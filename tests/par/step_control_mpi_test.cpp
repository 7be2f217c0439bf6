#include "nubox/par/step_control.hpp"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

using Action = StepControl::Action;

TEST(StepControl, stops_all_ranks_when_one_of_them_gets_a_signal) {
  const Comm world = Comm::world();
  StepControl control(world, {});
  EXPECT_EQ(control.after_step(), Action::go_on);
  if (world.rank() == world.size() - 1) std::raise(SIGUSR1);
  EXPECT_EQ(control.after_step(), Action::stop);
}

TEST(StepControl, stops_before_the_wall_clock_with_room_for_a_step_and_two_checkpoints) {
  const Comm world = Comm::world();
  double now = 0;
  StepControl control(world, {.wall_clock_minutes = 10, .clock = [&] { return now; }});
  now = 100;  // the longest step
  EXPECT_EQ(control.after_step(), Action::go_on);
  control.save([&] { now = 160; });  // takes 60 s
  now = 379;
  EXPECT_EQ(control.after_step(), Action::stop) << "a step of 219 s does not fit into 221 - 120 s";
}

TEST(StepControl, does_not_count_the_time_before_the_first_step) {
  const Comm world = Comm::world();
  double now = 0;
  StepControl control(world, {.wall_clock_minutes = 10, .clock = [&] { return now; }});
  now = 500;  // of reading
  control.begin_steps();
  now = 540;
  EXPECT_EQ(control.after_step(), Action::go_on) << "another step of 40 s fits into 60 s";
}

TEST(StepControl, sums_of_votes_give_actions) {
  const Comm world = Comm::world();
  double now = 0;
  StepControl control(world, {.checkpoint_minutes = 1, .clock = [&] { return now; }});
  const auto decide = [&] { return StepControl::action_of(world.all_reduce(control.vote())); };
  EXPECT_EQ(decide(), Action::go_on);
  now = 61;
  EXPECT_EQ(decide(), Action::save);
  std::raise(SIGTERM);  // on all ranks, and a checkpoint is due as well
  EXPECT_EQ(decide(), Action::stop);
}

TEST(StepControl, stops_at_the_last_step_within_the_wall_clock) {
  const Comm world = Comm::world();
  double now = 0;
  StepControl control(world, {.wall_clock_minutes = 10, .clock = [&] { return now; }});
  for (now = 100; now <= 500; now += 100) EXPECT_EQ(control.after_step(), Action::go_on);
  EXPECT_EQ(control.after_step(), Action::stop) << "at 600 s";
}

TEST(StepControl, requests_a_checkpoint_after_the_given_minutes) {
  const Comm world = Comm::world();
  double now = 0;
  StepControl control(world, {.checkpoint_minutes = 1, .clock = [&] { return now; }});
  now = 59;
  EXPECT_EQ(control.after_step(), Action::go_on);
  now = 61;
  EXPECT_EQ(control.after_step(), Action::save);
  control.save([&] { now = 65; });
  now = 124;
  EXPECT_EQ(control.after_step(), Action::go_on);
  now = 125;
  EXPECT_EQ(control.after_step(), Action::save);
}

TEST(StepControl, obeys_a_stop_file_once) {
  const Comm world = Comm::world();
  const std::filesystem::path file =
      std::filesystem::temp_directory_path() / ("nubox-stop-" + std::to_string(world.size()));
  std::filesystem::remove(file);
  world.barrier();
  StepControl control(world, {.stop_file = file});
  EXPECT_EQ(control.after_step(), Action::go_on);
  if (world.is_root()) std::ofstream(file) << "";
  EXPECT_EQ(control.after_step(), Action::stop);
  EXPECT_EQ(control.after_step(), Action::go_on);
  EXPECT_FALSE(std::filesystem::exists(file));
}

}  // namespace
}  // namespace nubox::par
