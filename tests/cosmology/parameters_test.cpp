#include "nubox/cosmology/parameters.hpp"

#include "nubox/core/error.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// The default cosmology with one number multiplied.
Parameters scaled(double Parameters::*member, double factor) {
  Parameters changed;
  changed.*member *= factor;
  return changed;
}

TEST(Differ, takes_the_tolerance_relative_to_the_larger_number) {
  EXPECT_FALSE(differ(0, 0));
  EXPECT_FALSE(differ(2.13e-9, 2.13e-9 * (1 + 0.9 * parameter_tolerance)));
  EXPECT_TRUE(differ(2.13e-9, 2.13e-9 * (1 + 1.1 * parameter_tolerance)));
  EXPECT_TRUE(differ(0, 1e-300));
  EXPECT_TRUE(differ(0.3, -0.3));
}

TEST(Differ, is_true_for_a_number_that_is_none) {
  EXPECT_TRUE(differ(nan, 0.3));
  EXPECT_TRUE(differ(0.3, nan));
  EXPECT_TRUE(differ(nan, nan));
}

TEST(FirstDifference, is_the_parameter_that_was_changed) {
  const Parameters reference;
  EXPECT_EQ(first_difference(reference, reference), nullptr);
  for (const ParameterField& field : parameter_fields) {
    if (field.member == &Parameters::M_nu_eV) continue;
    const ParameterField* found = first_difference(reference, scaled(field.member, 1.001));
    ASSERT_NE(found, nullptr) << field.name;
    EXPECT_STREQ(found->name, field.name);
    EXPECT_EQ(first_difference(reference, scaled(field.member, 1 + 1e-6)), nullptr) << field.name;
  }
}

TEST(FirstDifference, leaves_out_the_neutrino_mass_in_which_twins_differ) {
  EXPECT_EQ(first_difference(Parameters{}, Parameters{}.with_mass(0.6)), nullptr);
}

TEST(RequireSame, names_file_parameter_and_both_values) {
  EXPECT_NO_THROW(require_same(Parameters{}.with_mass(0.15), Parameters{}, "box.h5"));
  Parameters other;
  other.n_s = 0.97;
  try {
    require_same(other, Parameters{}, "box.h5");
    FAIL() << "accepted";
  } catch (const InputError& error) {
    const std::string text = error.what();
    for (const char* part : {"box.h5", "n_s = 0.97", "0.9624", "--cosmology.n_s"}) {
      EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in: " << text;
    }
  }
}

}  // namespace
}  // namespace nubox::cosmology
