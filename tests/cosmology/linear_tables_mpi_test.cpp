#include "nubox/core/error.hpp"

#include "fixtures.hpp"

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

TEST(LinearTablesOnRanks, every_rank_gets_the_same_tables) {
  const auto world = par::Comm::world();
  const LinearTables loaded = LinearTables::load(world, test::shipped_tables(), Parameters{});
  const auto everywhere = world.all_gather(loaded.T_cb(0.123, 0.7, 0.2));
  for (const double value : everywhere) EXPECT_EQ(value, test::tables().T_cb(0.123, 0.7, 0.2));
}

TEST(LinearTablesOnRanks, failure_of_the_reading_rank_is_thrown_by_all) {
  const auto world = par::Comm::world();
  try {
    static_cast<void>(LinearTables::load(world, test::shipped_tables() / "missing", Parameters{}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::filesystem);
    EXPECT_TRUE(error.agreed());
    EXPECT_EQ(error.origin_rank(), 0);
  }
}

TEST(LinearTablesOnRanks, another_cosmology_is_refused_by_all) {
  const auto world = par::Comm::world();
  Parameters other;
  other.h = 0.7;
  try {
    static_cast<void>(LinearTables::load(world, test::shipped_tables(), other));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_TRUE(error.agreed());
  }
}

}  // namespace
}  // namespace nubox::cosmology
