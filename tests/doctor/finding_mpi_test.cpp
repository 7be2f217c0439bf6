#include "nubox/doctor/finding.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace nubox::doctor {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TEST(Finding, is_judged_by_its_limit_which_it_may_reach) {
  EXPECT_EQ(at_most("x", 2, "s", 2, Verdict::fail).verdict, Verdict::ok);
  EXPECT_EQ(at_most("x", 2.1, "s", 2, Verdict::fail).verdict, Verdict::fail);
  EXPECT_EQ(at_most("x", 2.1, "s", 2, Verdict::warn).verdict, Verdict::warn);
  EXPECT_EQ(at_least("x", 2, "s", 2, Verdict::fail).verdict, Verdict::ok);
  EXPECT_EQ(at_least("x", 1.9, "s", 2, Verdict::fail).verdict, Verdict::fail);
}

TEST(Finding, that_is_no_number_violates_every_limit) {
  EXPECT_EQ(at_most("x", nan, "", 1, Verdict::fail).verdict, Verdict::fail);
  EXPECT_EQ(at_least("x", nan, "", 1, Verdict::fail).verdict, Verdict::fail);
}

TEST(Finding, keeps_what_it_was_made_of) {
  const Finding finding = at_least("speed", 3, "GB/s", 1, Verdict::fail, "rank 1");
  EXPECT_EQ(finding.quantity, "speed");
  EXPECT_EQ(finding.value, 3);
  EXPECT_EQ(finding.unit, "GB/s");
  EXPECT_EQ(finding.limit, 1);
  EXPECT_TRUE(finding.lower_limit);
  EXPECT_EQ(finding.note, "rank 1");
  EXPECT_FALSE(plain("speed", 3, "GB/s").limit);
  EXPECT_EQ(skipped("speed", "no GPU").verdict, Verdict::skipped);
  EXPECT_FALSE(skipped("speed", "no GPU").value);
}

TEST(Extremes, are_those_of_the_ranks_with_the_note_of_the_rank_that_has_them) {
  const par::Comm world = par::Comm::world();
  const std::string note = "note of " + std::to_string(world.rank());
  const Extreme most = largest(world, world.rank(), note);
  const Extreme least = smallest(world, world.rank(), note);
  EXPECT_EQ(most.value, world.size() - 1);
  EXPECT_EQ(least.value, 0);
  EXPECT_EQ(most.note.find("note of " + std::to_string(world.size() - 1)), 0U) << most.note;
  EXPECT_EQ(least.note.find("note of 0"), 0U) << least.note;
  const std::string place = "rank " + std::to_string(world.size() - 1) + " on ";
  EXPECT_EQ(most.note.find(place) != std::string::npos, world.size() > 1) << most.note;
}

TEST(Extremes, take_a_value_that_is_no_number_for_the_worst) {
  const par::Comm world = par::Comm::world();
  const double own = world.rank() == world.size() - 1 ? nan : 1;
  EXPECT_TRUE(std::isnan(largest(world, own).value));
  EXPECT_TRUE(std::isnan(smallest(world, own).value));
}

}  // namespace
}  // namespace nubox::doctor
