#include "nubox/cosmology/background.hpp"

#include "nubox/core/error.hpp"

#include <array>
#include <cmath>

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

constexpr std::array<double, 6> scale_factors{0.01, 0.02, 0.05, 0.1, 0.5, 0.9};

TEST(Background, expansion_agrees_with_class) {
  struct Row {
    double mass_eV;
    std::array<double, 6> E;
  };
  // CLASS v3.3.4; the tolerance is the rounding of those seven digits.
  const std::array<Row, 3> rows{
      Row{0.0, {571.6555, 200.6708, 50.55240, 17.86369, 1.795520, 1.057392}},
      Row{0.15, {569.9200, 200.2559, 50.50041, 17.85380, 1.795364, 1.057382}},
      Row{0.6, {568.8790, 200.1299, 50.49441, 17.85325, 1.795362, 1.057382}}};
  for (const Row& row : rows) {
    const Background background(Parameters{}.with_mass(row.mass_eV));
    for (std::size_t i = 0; i < scale_factors.size(); ++i) {
      EXPECT_NEAR(background.E(scale_factors[i]) / row.E[i], 1, 1e-6)
          << row.mass_eV << " eV, a = " << scale_factors[i];
    }
    EXPECT_DOUBLE_EQ(background.E(1), 1);
  }
}

TEST(Background, neutrino_density_today_follows_the_93_14_eV_rule) {
  for (const double mass_eV : {0.06, 0.15, 0.6}) {
    const Background background(Parameters{}.with_mass(mass_eV));
    const double h = background.parameters().h;
    EXPECT_NEAR(background.Omega_nu() / (mass_eV / 93.14 / (h * h)), 1, 5e-4) << mass_eV;
    EXPECT_DOUBLE_EQ(background.Omega_nu() + background.Omega_cb(),
                     background.parameters().Omega_m);
  }
  EXPECT_NEAR(Background(Parameters{}.with_mass(0.6)).f_nu(), 0.04505, 1e-5);
  EXPECT_EQ(Background(Parameters{}).f_nu(), 0);
}

TEST(Background, logarithmic_slope_is_the_derivative_of_E) {
  for (const double mass_eV : {0.0, 0.15, 0.6}) {
    const Background background(Parameters{}.with_mass(mass_eV));
    for (const double a : scale_factors) {
      constexpr double step = 1e-4;
      const double numerical =
          std::log(background.E(a * std::exp(step)) / background.E(a * std::exp(-step))) /
          (2 * step);
      // Central difference: error step^2 times a third derivative of order one.
      EXPECT_NEAR(background.dlnE_dlna(a), numerical, 1e-6);
    }
  }
}

TEST(Background, kick_and_drift_match_the_reference_integrals) {
  const Background background(Parameters{});
  EXPECT_NEAR(background.kick(0.9, 1), 0.0514909, 1e-7);
  EXPECT_NEAR(background.drift(0.9, 1), 0.1140681, 1e-7);
  EXPECT_NEAR(background.kick(0.02, 0.03), 0.0534088, 1e-7);
  EXPECT_NEAR(background.drift(0.02, 0.03), 4.577907, 1e-6);
}

TEST(Background, kick_and_drift_change_sign_with_the_direction_and_add_up) {
  const Background background(Parameters{}.with_mass(0.15));
  EXPECT_DOUBLE_EQ(background.kick(1, 0.9), -background.kick(0.9, 1));
  EXPECT_DOUBLE_EQ(background.drift(1, 0.9), -background.drift(0.9, 1));
  EXPECT_EQ(background.kick(0.5, 0.5), 0);
  EXPECT_NEAR(background.drift(0.1, 0.4) + background.drift(0.4, 1), background.drift(0.1, 1),
              1e-10);
}

TEST(Background, refuses_unphysical_parameters) {
  Parameters negative;
  negative.Omega_m = -0.3;
  EXPECT_THROW(Background{negative}, InputError);
  EXPECT_THROW(Background{Parameters{}.with_mass(-0.1)}, InputError);
  EXPECT_THROW(Background{Parameters{}.with_mass(12)}, InputError);  // Omega_nu leaves no CDM
  Parameters few_species = Parameters{}.with_mass(0.15);
  few_species.N_eff = 2.0;
  EXPECT_THROW(Background{few_species}, InputError);
}

}  // namespace
}  // namespace nubox::cosmology
