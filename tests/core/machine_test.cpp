#include "nubox/core/machine.hpp"

#include <algorithm>
#include <cstdlib>

#include <gtest/gtest.h>

namespace nubox::machine {
namespace {

TEST(Machine, ranges_of_cpus_are_written_as_batch_systems_do) {
  EXPECT_EQ(ranges_text({}), "");
  EXPECT_EQ(ranges_text({3}), "3");
  EXPECT_EQ(ranges_text({0, 1, 2, 5, 8, 9}), "0-2,5,8-9");
}

TEST(Machine, affinity_mask_of_a_process_is_not_empty) {
  const auto cpus = allowed_cpus();
  EXPECT_FALSE(cpus.empty());
  EXPECT_TRUE(std::is_sorted(cpus.begin(), cpus.end()));
}

TEST(Machine, threads_are_OMP_NUM_THREADS_or_a_share_of_the_machine) {
  setenv("OMP_NUM_THREADS", "5", 1);
  EXPECT_EQ(threads_of_process(2), 5);
  setenv("OMP_NUM_THREADS", "many", 1);
  EXPECT_GE(threads_of_process(1), threads_of_process(2));
  EXPECT_EQ(threads_of_process(1000000), 1);
  unsetenv("OMP_NUM_THREADS");
}

}  // namespace
}  // namespace nubox::machine
