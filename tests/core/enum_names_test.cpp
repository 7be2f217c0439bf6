#include "nubox/core/enum_names.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nubox {
namespace {

enum class Colour { red, green, blue };
constexpr EnumNames<Colour, 2> names{{{Colour::red, "red"}, {Colour::green, "green"}}};

TEST(EnumNames, name_and_value_belong_together) {
  EXPECT_EQ(name_in(names, Colour::green), "green");
  EXPECT_EQ(value_in(names, "green", "colour"), Colour::green);
}

TEST(EnumNames, an_unknown_name_is_a_usage_error_that_lists_the_known_ones) {
  const auto error = test::error_of([] { (void)value_in(names, "mauve", "colour"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::usage);
  EXPECT_STREQ(error->what(), "unknown colour 'mauve' (red, green)");
}

TEST(EnumNames, a_value_without_name_is_an_internal_error) {
  EXPECT_THROW((void)name_in(names, Colour::blue), InternalError);
}

}  // namespace
}  // namespace nubox
