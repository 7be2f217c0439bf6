#include "nubox/io/attributes.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

const io::Attributes example{
    {"n", std::int64_t{8}}, {"redshift", 0.5}, {"species", std::string("cdm")}};

TEST(Attributes, find_returns_values_of_the_type_asked_for_only) {
  EXPECT_EQ(io::find<std::int64_t>(example, "n"), 8);
  EXPECT_EQ(io::find<double>(example, "redshift"), 0.5);
  EXPECT_EQ(io::find<std::string>(example, "species"), "cdm");
  EXPECT_FALSE(io::find<double>(example, "n"));
  EXPECT_FALSE(io::find<double>(example, "absent"));
}

TEST(Attributes, require_names_file_attribute_and_reason) {
  EXPECT_EQ(io::require<double>(example, "redshift", "box.h5"), 0.5);
  const auto absent = error_of([] { (void)io::require<double>(example, "seed", "box.h5"); });
  ASSERT_TRUE(absent);
  EXPECT_EQ(absent->code(), ExitCode::input);
  EXPECT_EQ(std::string(absent->what()), "box.h5: attribute 'seed' is missing");
  const auto other_type = error_of([] { (void)io::require<double>(example, "n", "box.h5"); });
  ASSERT_TRUE(other_type);
  EXPECT_EQ(std::string(other_type->what()), "box.h5: attribute 'n' has the wrong type");
}

TEST(Attributes, take_removes_what_it_returns_and_nothing_on_failure) {
  io::Attributes attributes = example;
  EXPECT_EQ(io::take<std::int64_t>(attributes, "n", "box.h5"), 8);
  EXPECT_FALSE(attributes.contains("n"));
  EXPECT_TRUE(error_of([&] { (void)io::take<double>(attributes, "species", "box.h5"); }));
  EXPECT_EQ(attributes.size(), 2u);
}

}  // namespace
}  // namespace nubox::test
