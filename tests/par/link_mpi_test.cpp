#include "nubox/par/link.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

TEST(Link, partners_get_the_same_time_and_a_rank_without_partner_gets_0) {
  const Comm world = Comm::world();
  // Neighbours in pairs; the last of an odd number is its own partner.
  const int other = world.rank() ^ 1, partner = other < world.size() ? other : world.rank();
  const double small = message_seconds(world, partner, 8, 20);
  const double large = message_seconds(world, partner, std::size_t{8} << 20, 3);
  if (partner == world.rank()) {
    EXPECT_EQ(large, 0);
  } else {
    EXPECT_GT(small, 0);
    EXPECT_GT(large, 0);
  }
  const auto all = world.all_gather(small);
  EXPECT_EQ(small, all[static_cast<std::size_t>(partner)]);
}

TEST(Link, clocks_of_one_machine_agree_within_their_uncertainty) {
  const Comm world = Comm::world();
  const auto offsets = clock_offsets(world, 10);
  ASSERT_EQ(offsets.size(), static_cast<std::size_t>(world.size()));
  EXPECT_EQ(offsets.front().seconds, 0);
  for (const ClockOffset& offset : offsets) {
    // All ranks read the same clock, to the microsecond of its reading.
    EXPECT_LE(std::abs(offset.seconds), offset.uncertainty_s + 1e-6);
  }
}

}  // namespace
}  // namespace nubox::par
