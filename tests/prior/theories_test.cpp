#include "nubox/prior/theories.hpp"

#include "nubox/core/error.hpp"

#include "prior/support.hpp"

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
  EXPECT_EQ(theories.small_scale_ratio(), theories.amplitude_ratio(3));
}

TEST(Theories, are_at_the_redshift_of_the_input) {
  const auto tables = sim::test::tables();
  io::FieldHeader header = test::massless_header();
  const auto ratio = [&] { return make_theories({}, tables, header, 0.6).small_scale_ratio(); };
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

TEST(Theories, of_a_mass_outside_the_tables_are_refused) {
  const auto tables = sim::test::tables();
  EXPECT_THROW((void)make_theories({}, tables, test::massless_header(), 50.0), Error);
}

}  // namespace
}  // namespace nubox::prior
