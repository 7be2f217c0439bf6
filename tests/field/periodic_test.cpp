#include "nubox/field/periodic.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::field {
namespace {

constexpr double box = 100.0;

TEST(Periodic, minimum_image_lies_above_minus_half_a_box_and_up_to_half_a_box) {
  EXPECT_EQ(minimum_image(50.0, box), 50.0);
  EXPECT_EQ(minimum_image(-50.0, box), 50.0);
  EXPECT_EQ(minimum_image(std::nextafter(50.0, 60.0), box), std::nextafter(50.0, 60.0) - 100.0);
  EXPECT_EQ(minimum_image(-149.0, box), -49.0);
  EXPECT_EQ(minimum_image(149.0, box), 49.0);
  EXPECT_EQ(minimum_image(-50.0F, 100.0F), 50.0F);
  // Values inside keep their bits, including the sign of zero.
  EXPECT_EQ(std::bit_cast<std::uint64_t>(minimum_image(-0.0, box)),
            std::bit_cast<std::uint64_t>(-0.0));
  EXPECT_TRUE(std::isnan(minimum_image(std::nan(""), box)));
}

TEST(Periodic, minimum_image_of_any_separation_subtracts_any_number_of_boxes) {
  EXPECT_EQ(minimum_image_of_any(50.0, box), 50.0);
  EXPECT_EQ(minimum_image_of_any(-50.0, box), 50.0);
  EXPECT_EQ(minimum_image_of_any(51.0, box), -49.0);
  EXPECT_EQ(minimum_image_of_any(1030.0, box), 30.0);
  EXPECT_EQ(minimum_image_of_any(-1030.0, box), -30.0);
  EXPECT_TRUE(std::isnan(minimum_image_of_any(std::nan(""), box)));
}

TEST(Periodic, wrapped_positions_lie_below_the_box_size) {
  EXPECT_EQ(wrap_position(0.0, box), 0.0);
  EXPECT_EQ(wrap_position(100.0, box), 0.0);
  EXPECT_EQ(wrap_position(-1.0, box), 99.0);
  EXPECT_EQ(wrap_position(730.0, box), 30.0);
  // -1e-20 + 100 rounds to 100, which is the origin.
  EXPECT_EQ(wrap_position(-1e-20, box), 0.0);
}

TEST(Periodic, wrapped_index_is_the_remainder_of_negative_numbers_too) {
  constexpr std::size_t n = 7;
  for (std::ptrdiff_t i = -20; i < 20; ++i) {
    const std::size_t index = wrapped_index(i, n);
    ASSERT_LT(index, n) << i;
    EXPECT_EQ((static_cast<std::ptrdiff_t>(index) - i) % static_cast<std::ptrdiff_t>(n), 0) << i;
  }
}

TEST(Periodic, haloed_start_steps_back_by_any_halo) {
  constexpr std::size_t n = 5;
  for (std::size_t start = 0; start < n; ++start) {
    for (std::size_t halo = 0; halo < 17; ++halo) {
      EXPECT_EQ(
          haloed_start(start, halo, n),
          wrapped_index(static_cast<std::ptrdiff_t>(start) - static_cast<std::ptrdiff_t>(halo), n));
    }
  }
}

TEST(Periodic, rows_repeat_if_more_values_are_copied_than_they_have) {
  const std::array<int, 3> row{10, 11, 12};
  std::vector<int> out(8, -1);
  const int* end = copy_periodic_row(row.data(), row.size(), 2, 7, out.data());
  EXPECT_EQ(out, (std::vector<int>{12, 10, 11, 12, 10, 11, 12, -1}));
  EXPECT_EQ(end, out.data() + 7);
  EXPECT_EQ(copy_periodic_row(row.data(), row.size(), 1, 0, out.data()), out.data());
}

}  // namespace
}  // namespace nubox::field
