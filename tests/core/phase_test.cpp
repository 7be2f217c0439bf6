#include "nubox/core/phase.hpp"

#include "nubox/core/log.hpp"

#include <gtest/gtest.h>

namespace nubox {
namespace {

TEST(Phase, is_that_of_failure_reports_and_counts_as_progress) {
  const std::string before = log::phase();
  const std::uint64_t beats = log::beats();
  enter_phase("predict: prior rewind");
  EXPECT_EQ(log::phase(), "predict: prior rewind");
  EXPECT_GT(log::beats(), beats);
  log::set_phase(before);
}

TEST(Phase, is_no_line_of_a_log_that_was_just_written) {
  log::info("a line");
  testing::internal::CaptureStderr();
  enter_phase("short");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace nubox
