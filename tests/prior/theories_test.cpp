#include "nubox/prior/theories.hpp"

#include "nubox/core/error.hpp"

#include "prior/support.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::prior {
namespace {

TEST(Theories, are_of_mass_zero_and_the_requested_mass) {
  const auto tables = sim::test::tables();
  const Theories theories =
      make_theories(cosmology::Parameters{}.with_mass(0.6), tables, test::massless_header(), 0.15);
  EXPECT_EQ(theories.massless.parameters().M_nu_eV, 0);
  EXPECT_EQ(theories.massive.parameters().M_nu_eV, 0.15);
  const Theories expected = test::theories_of(0.15);
  for (const double k : {0.01, 0.1, 1.0, 3.0}) {
    EXPECT_EQ(theories.amplitude_ratio(k), expected.amplitude_ratio(k)) << k;
    EXPECT_LT(theories.amplitude_ratio(k), 1) << k;
  }
}

TEST(Theories, are_at_the_redshift_of_the_input) {
  const auto tables = sim::test::tables();
  io::FieldHeader header = test::massless_header();
  const auto ratio = [&] { return make_theories({}, tables, header, 0.6).amplitude_ratio(1); };
  const double today = ratio();
  header.redshift = 1;
  // The suppression grows with time.
  EXPECT_LT(today, ratio());
}

TEST(Theories, of_another_mass_equal_those_made_from_parameters) {
  const auto tables = sim::test::tables();
  const Theories first = make_theories({}, tables, test::massless_header(), 0.15);
  const Theories other = make_theories(first, tables, 0.6);
  const Theories expected = make_theories({}, tables, test::massless_header(), 0.6);
  for (const double k : {0.01, 0.3, 3.0}) {
    EXPECT_EQ(other.amplitude_ratio(k), expected.amplitude_ratio(k)) << k;
  }
}

TEST(Theories, of_a_pair_take_the_ratio_of_its_A_s_from_the_headers) {
  const auto tables = sim::test::tables();
  io::FieldHeader massless = test::massless_header(), massive = massless;
  massless.cosmology.A_s = 2e-9;
  massive.cosmology.A_s = 2.4e-9;
  massive.cosmology.M_nu_eV = 0.15;
  const Theories theories = make_theories({}, tables, massless, massive);
  EXPECT_EQ(theories.massless.parameters(), cosmology::Parameters{});
  EXPECT_NEAR(theories.A_s_ratio(), 1.2, 1e-12);
  EXPECT_NEAR(theories.amplitude_ratio(1),
              std::sqrt(1.2) * test::theories_of(0.15).amplitude_ratio(1), 1e-12);
  massive.cosmology.A_s = massless.cosmology.A_s * (1 + 1e-6);  // rounding
  EXPECT_TRUE(make_theories({}, tables, massless, massive).have_same_amplitude());
}

TEST(Theories,
     relative_effect_is_one_at_equal_A_s_and_vanishes_with_the_difference_of_the_amplitudes) {
  const Theories equal = test::theories_of(0.15);
  EXPECT_EQ(relative_effect(equal, 0.2), 1);
  EXPECT_FALSE(is_uncalibratable(equal, 0.2));
  cosmology::Parameters massive = equal.massive.parameters();
  massive.A_s /= std::pow(equal.amplitude_ratio(0.2), 2);
  const Theories same_power = make_theories(equal, sim::test::tables(), massive);
  EXPECT_NEAR(same_power.amplitude_ratio(0.2), 1, 1e-12);
  EXPECT_NEAR(relative_effect(same_power, 0.2), 0, 1e-10);
  EXPECT_TRUE(is_uncalibratable(same_power, 0.2));
}

TEST(Theories, of_a_mass_outside_the_tables_are_refused) {
  const auto tables = sim::test::tables();
  EXPECT_THROW((void)make_theories({}, tables, test::massless_header(), 50.0), Error);
}

}  // namespace
}  // namespace nubox::prior
