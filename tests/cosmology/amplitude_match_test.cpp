#include "nubox/cosmology/amplitude_match.hpp"

#include "nubox/cosmology/linear_theory.hpp"

#include "fixtures.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

TEST(AmplitudeMatch, keeps_A_s_by_default_and_without_neutrinos) {
  const LinearTables tables = test::tables();
  EXPECT_EQ(twin_parameters({}, tables, 0.4, AmplitudeMatch::A_s), Parameters{}.with_mass(0.4));
  EXPECT_EQ(twin_parameters({}, tables, 0, AmplitudeMatch::sigma8), Parameters{});
}

TEST(AmplitudeMatch, raises_A_s_until_sigma8_is_that_of_the_massless_box) {
  const LinearTables tables = test::tables();
  const Sigma8 massless = sigma8_today({}, tables);
  EXPECT_NEAR(massless.total, 0.833, 1e-3);  // the paper's
  EXPECT_EQ(massless.total, massless.cb);
  const Sigma8 equal_A_s = sigma8_today(Parameters{}.with_mass(0.15), tables);
  EXPECT_NEAR(equal_A_s.total, 0.798, 1e-3);
  EXPECT_GT(equal_A_s.cb, equal_A_s.total);

  const Parameters by_total = twin_parameters({}, tables, 0.15, AmplitudeMatch::sigma8),
                   by_cb = twin_parameters({}, tables, 0.15, AmplitudeMatch::sigma8_cb);
  EXPECT_NEAR(sigma8_today(by_total, tables).total, massless.total, 1e-6);
  EXPECT_NEAR(sigma8_today(by_cb, tables).cb, massless.cb, 1e-6);
  EXPECT_GT(by_total.A_s, by_cb.A_s);
  EXPECT_GT(by_cb.A_s, Parameters{}.A_s);
  EXPECT_EQ(by_total.with_mass(0).Omega_m, Parameters{}.Omega_m);
}

TEST(AmplitudeMatch, does_not_depend_on_the_redshift_of_the_boxes) {
  // By the tables' own spectra at z = 0, whatever a_out of a theory is.
  const LinearTables tables = test::tables();
  const Parameters twin = twin_parameters({}, tables, 0.3, AmplitudeMatch::sigma8_cb);
  const LinearTheory massive(twin, tables, NeutrinoSource::table, 0.5),
      massless({}, tables, NeutrinoSource::table, 0.5);
  EXPECT_NEAR(sigma8_cb(massive, 1) / sigma8_cb(massless, 1), 1, 2e-3);
}

TEST(LinearTheory, without_neutrinos_reaches_beyond_today) {
  const LinearTables tables = test::tables();
  const LinearTheory massless({}, tables, NeutrinoSource::table);
  EXPECT_GT(massless.a_max(), 1.1);
  // Heath's integral for a flat universe without radiation: f = 0.5295 at a = 1, 0.4719 at 1.1.
  const double step = 1e-3;
  EXPECT_NEAR(std::log(massless.D1(1, 1 + step) / massless.D1(1, 1 - step)) /
                  std::log((1 + step) / (1 - step)),
              0.5294, 2e-4);
  EXPECT_NEAR(massless.f1(1, 1.1) / massless.f1(1, 1), 0.8913, 1e-3);
  EXPECT_EQ(LinearTheory(Parameters{}.with_mass(0.15), tables, NeutrinoSource::table).a_max(), 1);
}

}  // namespace
}  // namespace nubox::cosmology
