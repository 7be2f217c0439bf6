#include "nubox/bench/bench.hpp"
#include "nubox/bench/limits.hpp"

#include "support/temporary_directory.hpp"

#include <cmath>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace nubox::bench {
namespace {

TEST(FastestSeconds, are_those_of_the_slowest_rank_without_its_preparation) {
  const par::Comm world = par::Comm::world();
  std::size_t prepared = 0, worked = 0;
  const auto pause = [](double seconds) {
    std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
  };
  const double seconds = fastest_seconds(
      world, 2,
      [&] {
        EXPECT_EQ(++worked, prepared);
        if (world.rank() == world.size() - 1) pause(0.02);
      },
      [&] { ++prepared; });
  EXPECT_EQ(worked, 2U);
  // A sleep lasts at least as long as it is asked to.
  EXPECT_GE(seconds, 0.02);
  EXPECT_EQ(world.all_reduce(seconds, par::Reduction::min),
            world.all_reduce(seconds, par::Reduction::max));
}

/// Expects a component's rows: finite positive numbers, equal on all ranks, a limit where one is
/// named, and nothing left on the disk.
void expect_rows(const std::vector<Row>& rows, const std::string& component, std::size_t count,
                 const test::TemporaryDirectory& directory) {
  const par::Comm world = par::Comm::world();
  ASSERT_EQ(rows.size(), count);
  std::set<std::string> quantities;
  for (const Row& row : rows) {
    EXPECT_EQ(row.component, component);
    EXPECT_TRUE(quantities.insert(row.quantity).second) << row.quantity << " twice";
    EXPECT_TRUE(std::isfinite(row.value) && row.value > 0) << row.quantity;
    if (!row.limit.empty()) {
      EXPECT_TRUE(std::isfinite(row.ratio()) && row.ratio() > 0) << row.quantity;
    }
    EXPECT_EQ(world.all_reduce(row.value, par::Reduction::max), row.value) << row.quantity;
  }
  world.barrier();
  EXPECT_EQ(directory.entries(), 0U);
  world.barrier();
}

TEST(Bench, of_transforms_files_and_snapshots_measures_each_quantity_once) {
  const par::Comm world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const Options options{.n = 8, .repeats = 1, .directory = directory / ""};
  expect_rows(measure_fft(world, options), "fft", 2, directory);
  expect_rows(measure_io(world, options), "io", 2, directory);
  expect_rows(measure_snapshot(world, options), "snapshot", 4, directory);
}

}  // namespace
}  // namespace nubox::bench
