#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/suite_runner.hpp"

#include "predict/write_behind.hpp"
#include "support/temporary_directory.hpp"

#include <fstream>
#include <functional>
#include <span>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

/// A box of one line, written by rank 0.
io::Publication small_box(const par::Comm& comm, const fs::path& path) {
  return {
      comm,
      {path},
      io::own_name(),
      io::Publication::Writers::root,
      [](std::span<const fs::path> temporaries) { std::ofstream(temporaries.front()) << "box\n"; }};
}

/// Tasks of one box each, whose inputs are not read.
std::vector<SuiteTask> tasks_in(const test::TemporaryDirectory& directory, std::size_t count) {
  std::vector<SuiteTask> tasks;
  for (std::size_t i = 0; i < count; ++i) {
    tasks.push_back({"unread", {{0.15, directory / ("box-" + std::to_string(i))}}});
  }
  return tasks;
}

/// Opens every task with `make` as the function that predicts its boxes.
OpenTask every_box(const std::function<PendingBox(const OutputRequest&, const fs::path& next_input,
                                                  const std::function<void()>&)>& make) {
  return [make](const SuiteTask&) -> PredictBox { return make; };
}

TEST(Suite, a_box_reaches_the_disk_while_the_next_task_works) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const auto tasks = tasks_in(directory, 3);
  std::size_t boxes_begun = 0;
  run_suite(world, world, tasks,
            every_box([&](const OutputRequest& wanted, const fs::path& next_input,
                          const std::function<void()>& input_is_read) -> PendingBox {
              if (boxes_begun > 0) {
                const fs::path& before = tasks[boxes_begun - 1].requests.front().out;
                EXPECT_FALSE(fs::exists(before));
                world.barrier();
                input_is_read();
                EXPECT_TRUE(fs::exists(before));
              }
              ++boxes_begun;
              EXPECT_EQ(next_input,
                        boxes_begun < tasks.size() ? tasks[boxes_begun].in : fs::path());
              return {small_box(world, wanted.out), "made"};
            }));
  EXPECT_EQ(boxes_begun, 3u);
  world.barrier();
  EXPECT_EQ(directory.entries(), 3u);
}

TEST(Suite, an_input_is_opened_once_for_all_its_masses) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const std::vector<SuiteTask> tasks{
      {"first", {{0.1, directory / "a"}, {0.2, directory / "b"}, {0.3, directory / "c"}}},
      {"second", {{0.1, directory / "d"}}}};
  std::vector<std::string> opened;
  std::vector<std::string> fetched;
  run_suite(world, world, tasks, [&](const SuiteTask& task) -> PredictBox {
    opened.push_back(task.in.string());
    return [&](const OutputRequest& wanted, const fs::path& next_input,
               const std::function<void()>&) -> std::optional<PendingBox> {
      fetched.push_back(next_input.string());
      if (wanted.M_nu_eV == 0.2) return std::nullopt;  // complete already
      return PendingBox{small_box(world, wanted.out), "made"};
    };
  });
  EXPECT_EQ(opened, (std::vector<std::string>{"first", "second"}));
  EXPECT_EQ(fetched, (std::vector<std::string>{"first", "first", "second", ""}));
  world.barrier();
  EXPECT_EQ(directory.entries(), 3u);
}

TEST(Suite, a_failed_output_ends_the_suite_after_the_task_at_hand) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const auto tasks = tasks_in(directory, 3);
  std::size_t boxes_begun = 0;
  std::string message;
  try {
    run_suite(world, world, tasks,
              every_box([&](const OutputRequest& wanted, const fs::path&,
                            const std::function<void()>& input_is_read) -> PendingBox {
                if (boxes_begun++ == 1) {
                  // The first box is lost before its files have their names.
                  if (world.is_root()) directory.clear();
                  input_is_read();
                }
                return {small_box(world, wanted.out), "made"};
              }));
    ADD_FAILURE() << "the suite succeeded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::filesystem);
    EXPECT_TRUE(error.agreed());
    message = error.what();
  }
  EXPECT_EQ(boxes_begun, 2u);
  EXPECT_NE(message.find("box-0"), std::string::npos) << message;
  world.barrier();
  EXPECT_FALSE(fs::exists(tasks[0].requests.front().out));
  EXPECT_TRUE(fs::exists(tasks[1].requests.front().out));
  EXPECT_FALSE(fs::exists(tasks[2].requests.front().out));
}

TEST(Suite, a_box_that_cannot_be_written_ends_the_suite_an_input_that_cannot_be_read_does_not) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const auto tasks = tasks_in(directory, 4);
  std::size_t boxes_begun = 0;
  try {
    run_suite(world, world, tasks,
              every_box([&](const OutputRequest& request, const fs::path&,
                            const std::function<void()>&) -> PendingBox {
                const std::size_t box = boxes_begun++;
                const Error full = FileSystemError("no space").agreed_from(0);
                if (box == 0) throw Error(full);
                if (box == 2) throw OutputError(full);
                return {small_box(world, request.out), "made"};
              }));
    ADD_FAILURE() << "the suite succeeded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::filesystem);
  }
  EXPECT_EQ(boxes_begun, 3u);
  world.barrier();
  EXPECT_TRUE(fs::exists(tasks[1].requests.front().out));
}

TEST(WriteBehind, a_failed_output_counts_for_its_own_task) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  SuiteProgress progress(world, false, 2);
  WriteBehind queue(progress);
  queue.push(0, {small_box(world, directory / "box-0"), "made"});
  world.barrier();
  if (world.is_root()) directory.clear();
  queue.finish();
  EXPECT_EQ(progress.counts(), (std::array<std::int64_t, 3>{0, 0, 1}));
  // A second failure of the same task does not count again; that of another does.
  progress.task_failed(0, InputError("second mass"));
  EXPECT_EQ(progress.counts()[2], 1);
  queue.push(1, {small_box(world, directory / "box-1"), "made"});
  queue.finish();
  queue.finish();
  EXPECT_EQ(progress.counts(), (std::array<std::int64_t, 3>{1, 0, 1}));
  ASSERT_TRUE(progress.first_failure());
  EXPECT_EQ(progress.first_failure()->code(), ExitCode::filesystem);
}

TEST(Suite, the_written_box_of_a_task_that_fails_later_stays) {
  const auto world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const std::vector<SuiteTask> tasks{{"unread", {{0.15, directory / "a"}, {0.3, directory / "b"}}},
                                     {"unread", {{0.15, directory / "c"}}}};
  try {
    run_suite(world, world, tasks,
              every_box([&](const OutputRequest& wanted, const fs::path&,
                            const std::function<void()>&) -> PendingBox {
                if (wanted.M_nu_eV == 0.3) par::throw_agreed(world, InputError("second mass"));
                return {small_box(world, wanted.out), "made"};
              }));
    ADD_FAILURE() << "the suite succeeded";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
  }
  world.barrier();
  EXPECT_TRUE(fs::exists(directory / "a"));
  EXPECT_FALSE(fs::exists(directory / "b"));
  EXPECT_TRUE(fs::exists(directory / "c"));
}

}  // namespace
}  // namespace nubox::predict
