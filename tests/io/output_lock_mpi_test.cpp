#include "nubox/io/output_lock.hpp"

#include "io/io_test_support.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

class OutputLocks : public testing::Test {
 protected:
  void write_text(const std::string& name, const std::string& text) {
    if (world_.is_root()) overwrite(directory_ / name, text);
    world_.barrier();
  }

  par::Comm world_ = par::Comm::world();
  TemporaryDirectory directory_{world_};
};

TEST_F(OutputLocks, a_second_claim_is_refused_by_the_name_of_the_first) {
  {
    const auto lock = io::OutputLock::of_file(world_, directory_ / "box.h5");
    const auto error = error_of(
        [&] { const auto second = io::OutputLock::of_file(world_, directory_ / "box.h5"); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ExitCode::filesystem);
    EXPECT_TRUE(error->agreed());
    EXPECT_NE(std::string(error->what()).find("held by process"), std::string::npos)
        << error->what();
    const auto other = io::OutputLock::of_file(world_, directory_ / "box-2.h5");
  }
  world_.barrier();
  EXPECT_EQ(directory_.entries(), 0u);
  world_.barrier();
  const auto again = io::OutputLock::of_file(world_, directory_ / "box.h5");
}

TEST_F(OutputLocks, the_file_of_a_killed_job_does_not_lock) {
  write_text(".box.h5.lock", "process 1 on another host");
  EXPECT_FALSE(
      error_of([&] { const auto lock = io::OutputLock::of_file(world_, directory_ / "box.h5"); }));
}

TEST_F(OutputLocks, temporaries_of_killed_jobs_are_removed_and_nothing_else) {
  const std::vector<std::string> stale{"box.h5.tmp-12", "box.h5.partial.tmp-3"};
  const std::vector<std::string> kept{"box.h5", "box.h5.tmp-x", "box.h5-2.tmp-12",
                                      "other.h5.tmp-12"};
  for (const std::string& name : stale) write_text(name, "half");
  for (const std::string& name : kept) write_text(name, "whole");
  {
    const auto lock = io::OutputLock::of_file(world_, directory_ / "box.h5");
    world_.barrier();
    for (const std::string& name : stale)
      EXPECT_FALSE(std::filesystem::exists(directory_ / name)) << name;
    for (const std::string& name : kept)
      EXPECT_TRUE(std::filesystem::exists(directory_ / name)) << name;
    world_.barrier();
  }
  const auto all = io::OutputLock::of_directory(world_, directory_ / "");
  world_.barrier();
  EXPECT_FALSE(std::filesystem::exists(directory_ / "other.h5.tmp-12"));
  EXPECT_TRUE(std::filesystem::exists(directory_ / "box.h5.tmp-x"));
}

}  // namespace
}  // namespace nubox::test
