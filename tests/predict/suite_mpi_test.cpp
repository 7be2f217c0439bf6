#include "nubox/predict/suite.hpp"

#include "support/temporary_directory.hpp"

#include <fstream>
#include <span>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

/// A box of one line, written by rank 0.
io::Publication small_box(const par::Comm& comm, const fs::path& path) {
  return {comm, {path}, io::Publication::Writers::root, [](std::span<const fs::path> temporaries) {
            std::ofstream(temporaries.front()) << "box\n";
          }};
}

/// One box of each of some inputs that nobody reads.
std::vector<SuiteTask> tasks_in(const test::TemporaryDirectory& directory, std::size_t count) {
  std::vector<SuiteTask> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back({"unread", {{0.15, directory / ("box-" + std::to_string(i))}}});
  }
  return tasks;
}

TEST(Suite, a_box_reaches_the_disk_while_the_next_task_works) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const auto tasks = tasks_in(directory, 3);
  std::size_t turn = 0;
  run_suite(world, world, tasks,
            [&](const SuiteTask& task, const SuiteTask* next, SuiteProgress& progress) {
              if (turn > 0) {
                const fs::path& before = tasks[turn - 1].wanted.front().out;
                EXPECT_FALSE(fs::exists(before));
                world.barrier();
                progress.settle();
                EXPECT_TRUE(fs::exists(before));
              }
              progress.written(small_box(world, task.wanted.front().out), "made");
              ++turn;
              EXPECT_EQ(next, turn < tasks.size() ? &tasks[turn] : nullptr);
            });
  EXPECT_EQ(turn, 3u);
  world.barrier();
  EXPECT_EQ(directory.entries(), 3u);
}

TEST(Suite, what_the_disk_refuses_fails_the_task_of_that_box_alone) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const auto tasks = tasks_in(directory, 3);
  std::size_t turn = 0;
  std::string message;
  try {
    run_suite(world, world, tasks,
              [&](const SuiteTask& task, const SuiteTask*, SuiteProgress& progress) {
                if (turn++ == 1) {
                  // The first box is lost under way.
                  if (world.is_root()) directory.clear();
                  progress.settle();
                  EXPECT_EQ(progress.failure_count(), 1);
                }
                progress.written(small_box(world, task.wanted.front().out), "made");
              });
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::filesystem);
    EXPECT_TRUE(error.agreed());
    message = error.what();
  }
  EXPECT_EQ(turn, 3u);
  EXPECT_NE(message.find("box-0"), std::string::npos) << message;
  world.barrier();
  EXPECT_FALSE(fs::exists(tasks[0].wanted.front().out));
  EXPECT_TRUE(fs::exists(tasks[1].wanted.front().out));
  EXPECT_TRUE(fs::exists(tasks[2].wanted.front().out));
}

TEST(Suite, a_task_that_fails_counts_once_and_its_written_box_stays) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const auto tasks = tasks_in(directory, 2);
  try {
    run_suite(world, world, tasks,
              [&](const SuiteTask& task, const SuiteTask* next, SuiteProgress& progress) {
                if (next == nullptr) {
                  EXPECT_EQ(progress.failure_count(), 1);
                  return;
                }
                progress.written(small_box(world, task.wanted.front().out), "made");
                throw InputError("second mass").agreed_from(0);
              });
    ADD_FAILURE() << "the suite succeeded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
  }
  world.barrier();
  EXPECT_TRUE(fs::exists(tasks[0].wanted.front().out));
}

}  // namespace
}  // namespace nubox::predict
