#include "nubox/net/precision.hpp"

#include "nubox/core/error.hpp"

#include <gtest/gtest.h>

namespace nubox::net {
namespace {

TEST(Precision, names_and_values_convert_both_ways) {
  EXPECT_EQ(name_of(Precision::fp32), "fp32");
  EXPECT_EQ(name_of(Precision::tf32), "tf32");
  EXPECT_EQ(name_of(Precision::bf16), "bf16");
  for (const Precision precision : {Precision::fp32, Precision::tf32, Precision::bf16}) {
    EXPECT_EQ(precision_from(name_of(precision)), precision);
  }
}

TEST(Precision, an_unknown_name_is_refused) {
  EXPECT_THROW((void)precision_from("fp16"), UsageError);
  EXPECT_THROW((void)precision_from(""), UsageError);
}

}  // namespace
}  // namespace nubox::net
