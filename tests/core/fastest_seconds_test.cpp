#include "nubox/core/fastest_seconds.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>

namespace nubox {
namespace {

TEST(FastestSeconds, is_the_smallest_of_as_many_durations_as_asked_for) {
  const std::vector<double> durations{3, 2, 5, 1};
  std::size_t calls = 0;
  EXPECT_EQ(fastest_seconds(3, [&] { return durations[calls++]; }), 2);
  EXPECT_EQ(calls, 3U);
}

TEST(FastestSeconds, of_no_duration_is_infinite) {
  EXPECT_TRUE(std::isinf(fastest_seconds(0, [] { return 1.0; })));
}

}  // namespace
}  // namespace nubox
