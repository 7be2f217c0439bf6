#include "nubox/gadget/particle_header.hpp"

#include "nubox/cosmology/neutrino_omega.hpp"

#include "support/files.hpp"

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
  header.mass_ratio[gadget::cdm_type] = Omega_cdm > 0 ? 1 : 0;
  return header;
}

/// Adds 512^3 particles of another type.
void add_type(gadget::Header& header, std::size_t type, double Omega) {
  header.counts[type] = header.counts[gadget::cdm_type];
  header.mass_1e10_msunh[type] = gadget::particle_mass_1e10_msunh(Omega, 1000, 512);
  header.mass_ratio[type] = Omega > 0 ? 1 : 0;
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

TEST(ParticleHeader, gas_is_named_with_its_density_and_is_no_neutrino) {
  gadget::Header header = header_with(0.3175 - 0.049);
  EXPECT_EQ(gadget::others_text(header), "");
  add_type(header, 0, 0.049);
  EXPECT_EQ(gadget::particle_header(header).cosmology.M_nu_eV, 0);
  EXPECT_EQ(gadget::others_text(header), "type 0 (gas): 134217728 particles, Omega = 0.049");
  EXPECT_NEAR(gadget::content_of(header).Omega_others, 0.049, 1e-12);
}

TEST(ParticleHeader, neutrino_particles_tell_their_mass_beside_gas) {
  const double Omega_nu = cosmology::neutrino_omega(0.15, 0.6711);
  gadget::Header header = header_with(0.3175 - 0.049 - Omega_nu);
  add_type(header, 0, 0.049);
  add_type(header, 2, Omega_nu);
  EXPECT_NEAR(gadget::particle_header(header).cosmology.M_nu_eV, 0.15, 1e-9);
}

TEST(ParticleHeader, density_of_particles_of_unknown_mass_is_not_given_to_neutrinos) {
  gadget::Header header = header_with(0.3175 - 0.049);
  add_type(header, 0, 0);
  EXPECT_FALSE(gadget::content_of(header).complete);
  EXPECT_EQ(gadget::particle_header(header).cosmology.M_nu_eV, 0);
  EXPECT_EQ(gadget::others_text(header), "type 0 (gas): 134217728 particles, of unknown mass");
}

TEST(ParticleHeader, a_stated_neutrino_mass_and_the_cdm_type_asked_for_are_taken) {
  gadget::Header header = header_with(0.3175);
  header.M_nu_eV = 0.4;
  add_type(header, 3, 0.3);
  header.cdm_type = 3;
  header.counts[3] = 8;
  EXPECT_EQ(gadget::particle_header(header).cosmology.M_nu_eV, 0.4);
  EXPECT_EQ(gadget::particle_header(header).n, 2u);
  EXPECT_EQ(gadget::type_name(header, 1), "other particles");
  EXPECT_EQ(gadget::type_name(header, 3), "cold dark matter");
}

TEST(ParticleHeader, different_masses_are_refused_with_their_ratio_and_rounding_is_not) {
  gadget::Header header = header_with(0.3175);
  header.mass_ratio[gadget::cdm_type] = 1 + 2e-7;
  EXPECT_NO_THROW(gadget::require_equal_masses(header, gadget::cdm_type, "snap"));
  header.mass_ratio[gadget::cdm_type] = 9;
  const auto error =
      error_of([&] { gadget::require_equal_masses(header, gadget::cdm_type, "snap"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
  EXPECT_NE(std::string(error->what()).find("differ by a factor of up to 9"), std::string::npos);
}

TEST(ParticleHeader, unknown_masses_and_counts_that_are_no_cube_leave_zeros) {
  gadget::Header header = header_with(0);
  header.counts[gadget::cdm_type] += 1;
  const io::FieldHeader box = gadget::particle_header(header);
  EXPECT_EQ(box.n, 0u);
  EXPECT_EQ(box.cosmology.M_nu_eV, 0);
}

}  // namespace
}  // namespace nubox::test
