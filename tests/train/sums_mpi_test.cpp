#include "nubox/core/error.hpp"
#include "nubox/train/reduction_speed.hpp"
#include "nubox/train/step_seconds.hpp"
#include "nubox/train/sum_check.hpp"

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

TEST(SumCheck, sums_of_the_mpi_backend_are_exact) {
  const SumCheck check = check_sums(par::Comm::world(), GradientBackend::mpi);
  EXPECT_EQ(check.backend, "mpi");
  EXPECT_EQ(check.wrong_values, 0);
  EXPECT_GT(check.bytes_per_s, 0);
}

TEST(ReductionSpeed, measures_all_gradients_in_buckets_and_in_one_call) {
  int calls = 0;
  const auto count = [&calls](const std::function<void()>& work) {
    work();
    return static_cast<double>(++calls);
  };
  const ReductionSpeed speed = measure_reduction(par::Comm::world(), {.channels = 4, .levels = 1},
                                                 GradientBackend::mpi, count);
  EXPECT_GT(speed.bytes, 4 * 4 * 27);  // at least one layer of 3^3 kernels
  EXPECT_GE(speed.buckets, 1U);
  EXPECT_EQ(speed.bucket_seconds, 1);
  EXPECT_EQ(speed.plain_seconds, 2);
}

TEST(StepSeconds, add_up_part_by_part) {
  StepSeconds total{.data = 1, .forward = 2, .backward = 3, .communication = 4, .optimizer = 5};
  total.add({.data = 10, .optimizer = 50});
  EXPECT_EQ(total.data, 11);
  EXPECT_EQ(total.forward, 2);
  EXPECT_EQ(total.optimizer, 55);
  EXPECT_EQ(total.sum(), 75);
}

}  // namespace
}  // namespace nubox::train
