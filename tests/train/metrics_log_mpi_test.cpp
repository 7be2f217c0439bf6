#include "support/files.hpp"
#include "support/temporary_directory.hpp"
#include "train/metrics_log.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

TEST(MetricsLog, goes_on_after_whole_lines_only) {
  const par::Comm world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const std::filesystem::path path = directory / "metrics.jsonl";
  const std::string first = "{\"step\":1}\n", second = "{\"epoch\":1,\"step\":2}\n";
  if (world.is_root()) {
    // A line torn in the middle of the file, one with damaged numbers, a step that is repeated, and
    // the line at which the run was killed.
    test::overwrite(path, first + "{\"st" + first + "{\"step\":\"x\"}\n" + second +
                              "{\"step\":3}\n" + "{\"step\":2,\"lo");
  }
  world.barrier();
  {
    MetricsLog log(world, path, 2);
    StepRecord step;
    step.epoch = 2;
    step.step = 3;
    step.samples = 1;
    log.write(step);
  }
  world.barrier();
  const std::string text = test::contents_of(path);
  EXPECT_EQ(text.find(first + second + "{"), 0U) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3) << text;
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(directory.entries(), 1U);
}

TEST(MetricsLog, of_a_new_training_keeps_no_line) {
  const par::Comm world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const std::filesystem::path path = directory / "metrics.jsonl";
  if (world.is_root()) test::overwrite(path, "{\"step\":1}\n");
  world.barrier();
  { const MetricsLog log(world, path, 0); }
  world.barrier();
  EXPECT_EQ(test::contents_of(path), "");
}

}  // namespace
}  // namespace nubox::train
