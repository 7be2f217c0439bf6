#include "nubox/core/divider.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace nubox {
namespace {

TEST(Divider, agrees_with_integer_division_around_multiples_of_the_divisor) {
  constexpr std::uint64_t limit = std::uint64_t{1} << 50;
  for (const std::uint64_t divisor :
       {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{7}, std::uint64_t{64},
        std::uint64_t{250}, std::uint64_t{1} << 19, std::uint64_t{1999}, std::uint64_t{999983},
        std::uint64_t{4097} * 4097 * 4097, limit - 1}) {
    const Divider divider(divisor);
    const std::uint64_t multiples = limit / divisor, stride = multiples / 1000 + 1;
    for (std::uint64_t turn = 0; turn <= multiples; turn += stride) {
      for (const std::uint64_t multiple : {turn * divisor, (multiples - turn) * divisor}) {
        for (const std::uint64_t x : {multiple - 1, multiple, multiple + 1}) {
          if (x >= limit) continue;
          const auto [quotient, remainder] = divider.split(x);
          ASSERT_EQ(quotient, x / divisor) << x << " / " << divisor;
          ASSERT_EQ(remainder, x % divisor) << x << " / " << divisor;
        }
      }
    }
  }
}

}  // namespace
}  // namespace nubox
