#include "support/compare.hpp"

#include <array>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
const std::vector<float> numbers{1, -2, 0};

/// `numbers` with one of them replaced.
std::vector<float> with(std::size_t place, float value) {
  std::vector<float> changed = numbers;
  changed[place] = value;
  return changed;
}

TEST(Compare, distance_to_what_is_no_number_is_infinite) {
  EXPECT_EQ(distance(1, -2), 3);
  EXPECT_EQ(distance(1, nan), std::numeric_limits<double>::infinity());
  EXPECT_EQ(distance(nan, nan), std::numeric_limits<double>::infinity());
}

TEST(Compare, largest_difference_and_magnitude_see_a_nan_at_every_place) {
  EXPECT_EQ(largest_difference(numbers, with(1, -2.5F)), 0.5);
  EXPECT_EQ(largest_magnitude(numbers), 2);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_GT(largest_difference(numbers, with(i, nan)), 1e300) << i;
    EXPECT_GT(largest_difference(with(i, nan), numbers), 1e300) << i;
    EXPECT_GT(largest_magnitude(with(i, nan)), 1e300) << i;
  }
}

TEST(Compare, rows_of_different_lengths_differ) {
  const std::array<float, 2> shorter{1, -2};
  EXPECT_GT(largest_difference(numbers, shorter), 1e300);
  EXPECT_FALSE(same_bits(numbers, shorter));
}

TEST(Compare, bits_tell_the_signs_of_zero_and_compare_nan) {
  EXPECT_TRUE(same_bits(numbers, with(2, 0.0F)));
  EXPECT_FALSE(same_bits(numbers, with(2, -0.0F)));
  EXPECT_NE(bits_of(numbers), bits_of(with(2, -0.0F)));
  EXPECT_TRUE(same_bits(with(1, nan), with(1, nan)));
  EXPECT_EQ(bits_of(with(1, nan)), bits_of(with(1, nan)));
}

}  // namespace
}  // namespace nubox::test
