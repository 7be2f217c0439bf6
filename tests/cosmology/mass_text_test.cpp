#include "nubox/cosmology/mass_text.hpp"

#include "nubox/core/error.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

TEST(MassText, has_three_decimals) {
  EXPECT_EQ(mass_text(0), "0.000");
  EXPECT_EQ(mass_text(0.15), "0.150");
  EXPECT_EQ(mass_text(0.1), "0.100");
  EXPECT_EQ(mass_text(12.5), "12.500");
}

TEST(RequireWritableMasses, accepts_what_three_decimals_hold) {
  EXPECT_NO_THROW(require_writable_masses({}, "simulate.mnu_eV"));
  EXPECT_NO_THROW(require_writable_masses({0, 0.059, 0.15, 0.6, 0.1 + 0.2}, "simulate.mnu_eV"));
}

TEST(RequireWritableMasses, names_the_option_and_the_mass_that_would_lose_digits) {
  for (const double mass : {0.0585, 0.15001, 1e-4, std::numeric_limits<double>::quiet_NaN(),
                            std::numeric_limits<double>::infinity()}) {
    try {
      require_writable_masses({0.15, mass}, "predict.mnu_eV");
      ADD_FAILURE() << mass << " was accepted";
    } catch (const UsageError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find(fmt::format("predict.mnu_eV = {}", mass)), std::string::npos) << text;
    }
  }
}

}  // namespace
}  // namespace nubox::cosmology
