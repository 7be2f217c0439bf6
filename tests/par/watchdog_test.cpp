#include "nubox/par/watchdog.hpp"

#include "nubox/core/log.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

// That it ends a job that hangs is a claim of the system test "faults".

TEST(Watchdog, ends_with_its_work_and_not_after_its_limit) {
  // The time limit of the test would end a wait of a day.
  const Watchdog watchdog(std::chrono::hours(24));
}

TEST(Watchdog, of_limit_zero_is_off) { const Watchdog watchdog(std::chrono::seconds(0)); }

TEST(Beats, count_beats_and_changes_of_the_phase) {
  const auto before = log::beats();
  log::beat();
  EXPECT_EQ(log::beats(), before + 1);
  log::set_phase("test: another phase");
  EXPECT_EQ(log::beats(), before + 2);
  EXPECT_EQ(log::phase(), "test: another phase");
}

}  // namespace
}  // namespace nubox::par
