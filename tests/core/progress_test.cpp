#include "nubox/core/progress.hpp"

#include <gtest/gtest.h>

namespace nubox {
namespace {

TEST(Progress, writes_a_log_line_per_step_but_at_most_200) {
  const auto lines = [](std::size_t total, double step_s) {
    std::size_t count = 0;
    double since = 0;
    for (std::size_t done = 1; done <= total; ++done) {
      since += step_s;
      if (!Progress::is_line_due(done, total, since)) continue;
      ++count;
      since = 0;
    }
    return count;
  };
  EXPECT_EQ(lines(30, 60), 30u);
  EXPECT_EQ(lines(200, 60), 200u);
  EXPECT_LE(lines(201, 60), 200u);
  EXPECT_LE(lines(100000, 60), 200u);
  EXPECT_EQ(lines(500, 0.1), 4u);  // one in ten seconds, after every third step at most
}

TEST(Progress, durations_are_readable) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(5 * 3600 + 440), "5 h 07 min");
}

TEST(Progress, continues_after_the_steps_of_an_earlier_run) {
  Progress progress("test", 10, 4);
  progress.step("a = 0.5");
  EXPECT_EQ(progress.done(), 5u);
}

}  // namespace
}  // namespace nubox
