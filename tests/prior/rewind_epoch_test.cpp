#include "nubox/core/error.hpp"

#include "prior/rewind.hpp"
#include "prior/support.hpp"

#include <gtest/gtest.h>

namespace {

using namespace nubox;
using namespace nubox::prior;
using namespace nubox::prior::test;

TEST(RewindEpoch, matches_the_reference_at_z_0) {
  // From CAMB spectra; da* = ds / (dD/da), and s of the two codes differs by up to 6e-4.
  EXPECT_NEAR(rewind_epoch(theories_of(0.15), 3, 1), 0.9318, 1e-3);
  EXPECT_NEAR(rewind_epoch(theories_of(0.6), 3, 1), 0.7368, 1e-3);
}

TEST(RewindEpoch, is_where_massless_growth_has_the_amplitude_of_the_wavenumber) {
  const Theories theories = theories_of(0.3);
  for (const double k : {0.2, 3.0}) {
    const double a_star = rewind_epoch(theories, k, 1);
    EXPECT_NEAR(theories.massless.D1(k, a_star), theories.amplitude_ratio(k), 1e-9);
  }
}

/// Theories of 0.15 eV whose massive A_s is this factor times the massless one.
Theories stronger(double factor) {
  cosmology::Parameters strong;
  strong.M_nu_eV = 0.15;
  strong.A_s *= factor;
  return {sim::test::theory_of(0), {strong, sim::test::tables(), cosmology::NeutrinoSource::table}};
}

TEST(RewindEpoch, is_in_the_future_for_a_massive_box_with_more_power) {
  const Theories theories = stronger(1.1);
  const double a_star = rewind_epoch(theories, 0.2, 1);
  EXPECT_GT(a_star, 1);
  EXPECT_NEAR(theories.massless.D1(0.2, a_star), theories.amplitude_ratio(0.2), 1e-9);
  EXPECT_GT(theories.amplitude_ratio(0.2), 1);
}

TEST(RewindEpoch, too_far_in_the_future_is_refused) {
  EXPECT_THROW(static_cast<void>(rewind_epoch(stronger(1.5), 0.2, 1)), InputError);
}

TEST(PriorNames, convert_to_kinds_and_back_and_unknown_ones_are_refused) {
  for (const Kind kind : {Kind::none, Kind::linear, Kind::rewind, Kind::za}) {
    EXPECT_EQ(kind_of(name_of(kind)), kind);
  }
  EXPECT_THROW(static_cast<void>(kind_of("magic")), UsageError);
}

}  // namespace
