#include "nubox/net/gpu_architecture.hpp"

#include <array>

#include <gtest/gtest.h>

namespace nubox::net {
namespace {

constexpr std::array cuda_12{50, 60, 70, 75, 80, 86, 89, 90};
constexpr std::array cuda_13{75, 80, 86, 89, 90, 100, 120};

TEST(GpuArchitecture, machine_code_runs_on_its_major_version_and_no_earlier_minor_version) {
  EXPECT_TRUE(runs_machine_code(60, cuda_12));
  EXPECT_TRUE(runs_machine_code(61, cuda_12));
  EXPECT_FALSE(runs_machine_code(60, std::array{61, 70}));
  EXPECT_FALSE(runs_machine_code(100, cuda_12));
  EXPECT_TRUE(runs_machine_code(121, cuda_13));
}

TEST(GpuArchitecture, gpu_without_machine_code_is_told_the_wheel_that_serves_it) {
  EXPECT_EQ(unsupported_gpu(90, cuda_13), "");
  const std::string p100 = unsupported_gpu(60, cuda_13);
  EXPECT_NE(p100.find("sm_60, but"), std::string::npos) << p100;
  EXPECT_NE(p100.find("for sm_75, sm_80"), std::string::npos) << p100;
  EXPECT_NE(p100.find("NUBOX_TORCH_VERSION=2.7.1"), std::string::npos) << p100;
  EXPECT_NE(unsupported_gpu(100, cuda_12).find("NUBOX_TORCH_VERSION=2.15.0"), std::string::npos);
}

TEST(GpuArchitecture, precisions_that_a_gpu_lacks_become_fp32) {
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
    EXPECT_EQ(supported_precision(precision, 60), Precision::fp32);
    EXPECT_EQ(supported_precision(precision, 75), Precision::fp32);
    EXPECT_EQ(supported_precision(precision, 80), precision);
  }
}

}  // namespace
}  // namespace nubox::net
