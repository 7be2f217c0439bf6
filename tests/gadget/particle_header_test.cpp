#include "nubox/gadget/particle_header.hpp"

#include "nubox/cosmology/neutrino_omega.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

/// 512^3 particles in 1000 Mpc/h, as in the fiducial boxes of Quijote.
gadget::Header header_with(double Omega_cdm) {
  gadget::Header header;
  header.box_size_mpch = 1000;
  header.redshift = 0.5;
  header.Omega_m = 0.3175;
  header.h = 0.6711;
  header.counts[gadget::cdm_type] = 512ull * 512 * 512;
  header.mass_1e10_msunh[gadget::cdm_type] = gadget::particle_mass_1e10_msunh(Omega_cdm, 1000, 512);
  return header;
}

TEST(ParticleHeader, mass_of_a_quijote_particle_is_that_of_its_headers) {
  EXPECT_NEAR(gadget::particle_mass_1e10_msunh(0.3175, 1000, 512), 65.66, 0.01);
}

TEST(ParticleHeader, omega_of_a_type_is_the_one_its_mass_was_made_from) {
  EXPECT_NEAR(gadget::omega_of_type(header_with(0.3), gadget::cdm_type), 0.3, 1e-12);
  EXPECT_EQ(gadget::omega_of_type(header_with(0.3), 2), 0);
}

TEST(ParticleHeader, box_redshift_lattice_and_cosmology_are_those_of_the_snapshot) {
  const io::FieldHeader box = gadget::particle_header(header_with(0.3175));
  EXPECT_EQ(box.box_size_mpch, 1000);
  EXPECT_EQ(box.n, 512u);
  EXPECT_EQ(box.redshift, 0.5);
  EXPECT_EQ(box.cosmology.Omega_m, 0.3175);
  EXPECT_EQ(box.cosmology.h, 0.6711);
  EXPECT_EQ(box.cosmology.M_nu_eV, 0);
}

TEST(ParticleHeader, density_that_cdm_does_not_carry_is_that_of_neutrinos) {
  const double Omega_nu = cosmology::neutrino_omega(0.15, 0.6711);
  const io::FieldHeader box = gadget::particle_header(header_with(0.3175 - Omega_nu));
  EXPECT_NEAR(box.cosmology.M_nu_eV, 0.15, 1e-9);
}

TEST(ParticleHeader, masses_that_differ_by_particle_and_counts_that_are_no_cube_leave_zeros) {
  gadget::Header header = header_with(0);
  header.counts[gadget::cdm_type] += 1;
  const io::FieldHeader box = gadget::particle_header(header);
  EXPECT_EQ(box.n, 0u);
  EXPECT_EQ(box.cosmology.M_nu_eV, 0);
}

}  // namespace
}  // namespace nubox::test
