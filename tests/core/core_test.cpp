#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/fault.hpp"
#include "nubox/core/rng.hpp"
#include "nubox/core/units.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>

namespace nubox {
namespace {

TEST(Error, carries_its_exit_code_and_text) {
  const InputError error("value {} of {}", 3, "x");
  EXPECT_EQ(error.code(), ExitCode::input);
  EXPECT_STREQ(error.what(), "value 3 of x");
  EXPECT_FALSE(error.agreed());
  EXPECT_TRUE(error.agreed_from(1).agreed());
  EXPECT_EQ(error.agreed_from(1).origin_rank(), 1);
}

// Known answers of Philox4x32-10 from the Random123 distribution (kat_vectors).
TEST(Philox, gives_the_published_values) {
  EXPECT_EQ(rng::philox(0, {0, 0, 0, 0}),
            (rng::Block{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(rng::philox(0x299f31d0a4093822ull, {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}),
            (rng::Block{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Uniform, covers_the_open_closed_interval) {
  EXPECT_GT(rng::uniform_open_closed(0, 0), 0.0);
  EXPECT_EQ(rng::uniform_open_closed(0xffffffffu, 0xffffffffu), 1.0);
  double sum = 0, sum_squares = 0;
  const int draws = 100000;
  for (int i = 0; i < draws; ++i) {
    const auto block = rng::philox(7, {static_cast<std::uint32_t>(i), 0, 0, 0});
    const double u = rng::uniform_open_closed(block[0], block[1]);
    sum += u;
    sum_squares += u * u;
  }
  // Five standard errors of mean and second moment of a uniform variable.
  EXPECT_NEAR(sum / draws, 0.5, 5 * 0.2887 / std::sqrt(draws));
  EXPECT_NEAR(sum_squares / draws, 1.0 / 3.0, 5 * 0.2981 / std::sqrt(draws));
}

TEST(Permutation, contains_every_index_once_and_depends_on_seed_and_stream) {
  const auto order = rng::permutation(5, 2, 1000);
  EXPECT_EQ(std::set<std::uint64_t>(order.begin(), order.end()).size(), 1000u);
  EXPECT_EQ(*std::max_element(order.begin(), order.end()), 999u);
  EXPECT_EQ(order, rng::permutation(5, 2, 1000));
  EXPECT_NE(order, rng::permutation(5, 3, 1000));
  EXPECT_NE(order, rng::permutation(6, 2, 1000));
}

TEST(Checksum, changes_with_any_bit) {
  std::vector<float> values(100, 1.5f);
  const auto before = checksum_of(std::span<const float>(values));
  reinterpret_cast<unsigned char*>(values.data())[77] ^= 1;
  EXPECT_NE(before, checksum_of(std::span<const float>(values)));
  EXPECT_EQ(checksum_text(255), "00000000000000ff");
}

TEST(Units, velocity_and_momentum_are_inverse) {
  EXPECT_DOUBLE_EQ(units::velocity_kms(2.0, 0.5), 400.0);
  EXPECT_DOUBLE_EQ(units::momentum_mpch(units::velocity_kms(2.0, 0.25), 0.25), 2.0);
}

TEST(Fault, occurs_only_on_its_rank_and_at_its_point) {
  setenv("NUBOX_FAULT", "write:1:enospc", 1);
  fault::arm(0);
  EXPECT_NO_THROW(fault::point("write"));
  fault::arm(1);
  EXPECT_NO_THROW(fault::point("read"));
  EXPECT_THROW(fault::point("write"), FileSystemError);
  setenv("NUBOX_FAULT", "write", 1);
  EXPECT_THROW(fault::arm(0), UsageError);
  unsetenv("NUBOX_FAULT");
}

TEST(Fault, bitflip_changes_the_exponent_of_the_last_number_and_makes_no_point_fail) {
  setenv("NUBOX_FAULT", "sum:0:bitflip", 1);
  fault::arm(0);
  EXPECT_NO_THROW(fault::point("sum"));
  EXPECT_EQ(fault::corrupted("sum", 4.0), std::ldexp(4.0, -1024));
  EXPECT_EQ(fault::corrupted("other", 4.0), 4.0);
  std::array<float, 3> values{0.5F, 0.5F, 0.5F};
  fault::corrupt("sum", std::as_writable_bytes(std::span(values)));
  EXPECT_EQ(values, (std::array<float, 3>{0.5F, 0.5F, std::ldexp(0.5F, 128)}));
  fault::corrupt("sum", {});
  fault::arm(1);
  EXPECT_EQ(fault::corrupted("sum", 4.0), 4.0);
  unsetenv("NUBOX_FAULT");
  fault::arm(0);
}

}  // namespace
}  // namespace nubox
