#include "nubox/core/timer.hpp"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace nubox {
namespace {

constexpr double pause_s = 2e-3;

void pause() { std::this_thread::sleep_for(std::chrono::duration<double>(pause_s)); }

TEST(Stopwatch, counts_what_passes_after_its_start_or_restart) {
  const Stopwatch uninterrupted;
  Stopwatch watch;
  pause();
  const double first = watch.seconds();
  EXPECT_GE(first, pause_s);
  pause();
  EXPECT_GE(watch.restart(), first + pause_s);
  const double since_restart = watch.seconds();
  EXPECT_GE(since_restart, 0);
  EXPECT_LE(since_restart + 2 * pause_s, uninterrupted.seconds());
}

TEST(PhaseTimes, add_up_by_name) {
  PhaseTimes times;
  times.add("read", 1.5);
  times.add("write", 2);
  times.add("read", 0.25);
  EXPECT_EQ(times.seconds(), (std::map<std::string, double>{{"read", 1.75}, {"write", 2}}));
}

TEST(PhaseTimes, scope_counts_its_lifetime_once_it_ends) {
  PhaseTimes times;
  for (const double expected : {pause_s, 2 * pause_s}) {
    {
      const PhaseTimes::Scope scope = times.measure("work");
      pause();
    }
    EXPECT_GE(times.seconds().at("work"), expected);
  }
}

}  // namespace
}  // namespace nubox
