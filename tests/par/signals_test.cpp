#include "nubox/par/signals.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

TEST(StopSignals, are_noted_and_forgotten_with_the_object) {
  for (const int signal : {SIGUSR1, SIGTERM}) {
    const StopSignals signals;
    EXPECT_FALSE(signals.raised());
    std::raise(signal);
    EXPECT_TRUE(signals.raised());
    EXPECT_TRUE(signals.raised()) << "asking does not clear the flag";
  }
  EXPECT_FALSE(StopSignals().raised());
}

TEST(StopSignals, leave_the_default_action_behind) {
  { const StopSignals signals; }
  for (const int signal : {SIGUSR1, SIGTERM}) {
    EXPECT_EQ(std::signal(signal, SIG_DFL), SIG_DFL);
  }
}

}  // namespace
}  // namespace nubox::par
