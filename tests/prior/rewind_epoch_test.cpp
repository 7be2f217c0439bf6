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
  EXPECT_NEAR(rewind_epoch(theories_of(0.15), 1), 0.9318, 1e-3);
  EXPECT_NEAR(rewind_epoch(theories_of(0.6), 1), 0.7368, 1e-3);
}

TEST(RewindEpoch, is_where_massless_growth_has_the_small_scale_amplitude) {
  const Theories theories = theories_of(0.3);
  const double a_star = rewind_epoch(theories, 1);
  EXPECT_NEAR(theories.massless.D1(3, a_star), theories.amplitude_ratio(3), 1e-9);
}

TEST(RewindEpoch, beyond_the_present_is_refused) {
  // For a massive cosmology with more power than the massless one the epoch would be in the future.
  cosmology::Parameters strong;
  strong.M_nu_eV = 0.15;
  strong.A_s *= 1.2;
  const Theories theories{sim::test::theory_of(0),
                          {strong, sim::test::tables(), cosmology::NeutrinoSource::table}};
  EXPECT_GT(theories.amplitude_ratio(3), 1);
  EXPECT_THROW(static_cast<void>(rewind_epoch(theories, 1)), InputError);
}

TEST(PriorNames, convert_to_kinds_and_back_and_unknown_ones_are_refused) {
  for (const Kind kind : {Kind::none, Kind::linear, Kind::rewind, Kind::za}) {
    EXPECT_EQ(kind_of(name_of(kind)), kind);
  }
  EXPECT_THROW(static_cast<void>(kind_of("magic")), UsageError);
}

}  // namespace
