#include "nubox/cosmology/neutrino_omega.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

TEST(NeutrinoOmega, is_the_mass_over_93_14_eV_and_h_squared) {
  // 0.15 eV at h = 0.6711: 0.15 / (93.14 * 0.45037521)
  EXPECT_NEAR(cosmology::neutrino_omega(0.15, 0.6711), 3.57586e-3, 1e-8);
  EXPECT_EQ(cosmology::neutrino_omega(0, 0.7), 0);
}

TEST(NeutrinoOmega, mass_is_its_inverse) {
  for (const double mass : {0.06, 0.15, 0.6}) {
    EXPECT_NEAR(cosmology::neutrino_mass_eV(cosmology::neutrino_omega(mass, 0.6711), 0.6711), mass,
                1e-14);
  }
}

}  // namespace
}  // namespace nubox::test
