#include "nubox/snapshot/imported_header.hpp"

#include "nubox/cosmology/neutrino_omega.hpp"
#include "nubox/gadget/particle_header.hpp"

#include "support/files.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

constexpr double h = 0.6711, Omega_m = 0.3175;

/// 8^3 CDM particles that carry Omega_m minus that of neutrinos of a total mass.
gadget::Header header_with(double M_nu_eV) {
  gadget::Header header;
  header.box_size_mpch = 100;
  header.redshift = 1;
  header.Omega_m = Omega_m;
  header.h = h;
  header.counts[gadget::cdm_type] = 512;
  header.mass_1e10_msunh[gadget::cdm_type] =
      gadget::particle_mass_1e10_msunh(Omega_m - cosmology::neutrino_omega(M_nu_eV, h), 100, 8);
  return header;
}

const snapshot::SuppliedCosmology supplied{
    .Omega_b = 0.049, .n_s = 0.9624, .A_s = 2.13e-9, .M_nu_eV = std::nullopt, .seed = -1};

std::string refusal(const gadget::Header& header, const snapshot::SuppliedCosmology& cosmology) {
  const auto error = error_of([&] { (void)snapshot::imported_header(header, {}, cosmology); });
  if (!error) return "accepted";
  EXPECT_EQ(error->code(), ExitCode::input);
  return error->what();
}

TEST(ImportedHeader, configured_cosmology_completes_that_of_the_snapshot) {
  const io::FieldHeader header = snapshot::imported_header(header_with(0), {}, supplied);
  EXPECT_EQ(header.n, 8u);
  EXPECT_EQ(header.redshift, 1);
  EXPECT_EQ(header.cosmology.Omega_m, Omega_m);
  EXPECT_EQ(header.cosmology.Omega_b, 0.049);
  EXPECT_EQ(header.cosmology.n_s, 0.9624);
  EXPECT_EQ(header.cosmology.A_s, 2.13e-9);
  EXPECT_EQ(header.cosmology.M_nu_eV, 0);
  EXPECT_EQ(header.seed, -1);
  EXPECT_EQ(header.origin, "import");
}

TEST(ImportedHeader, numbers_stored_by_an_export_take_precedence) {
  const io::Attributes stored{{"A_s", 3e-9}, {"seed", std::int64_t{12}}};
  const io::FieldHeader header = snapshot::imported_header(header_with(0), stored, supplied);
  EXPECT_EQ(header.cosmology.A_s, 3e-9);
  EXPECT_EQ(header.cosmology.n_s, 0.9624);
  EXPECT_EQ(header.seed, 12);
}

TEST(ImportedHeader, neutrino_mass_follows_from_particle_masses) {
  gadget::Header header = header_with(0.15);
  header.counts[2] = 512;
  header.mass_1e10_msunh[2] =
      gadget::particle_mass_1e10_msunh(cosmology::neutrino_omega(0.15, h), 100, 8);
  const io::FieldHeader found = snapshot::imported_header(header, {}, supplied);
  EXPECT_NEAR(found.cosmology.M_nu_eV, 0.15, 1e-9);
}

TEST(ImportedHeader, density_without_particles_needs_a_mass_that_agrees_with_it) {
  EXPECT_NE(refusal(header_with(0.15), supplied).find("give import.mnu_eV"), std::string::npos);
  snapshot::SuppliedCosmology with_mass = supplied;
  with_mass.M_nu_eV = 0.15;
  EXPECT_EQ(snapshot::imported_header(header_with(0.15), {}, with_mass).cosmology.M_nu_eV, 0.15);
  with_mass.M_nu_eV = 0.3;
  EXPECT_NE(refusal(header_with(0.15), with_mass).find("contradicts the particle masses"),
            std::string::npos);
}

TEST(ImportedHeader, zeros_in_the_header_and_counts_that_are_no_cube_are_refused) {
  gadget::Header header = header_with(0);
  header.h = 0;
  EXPECT_NE(refusal(header, supplied).find("give import.Omega_m and import.h"), std::string::npos);
  header = header_with(0);
  header.counts[gadget::cdm_type] = 513;
  EXPECT_NE(refusal(header, supplied).find("513 CDM particles are no cube"), std::string::npos);
}

TEST(ImportedHeader, summary_names_particles_cosmology_and_units) {
  gadget::Header header = header_with(0.15);
  header.format = "gadget-2";
  header.files = 4;
  header.counts[2] = 512;
  header.mass_1e10_msunh[2] =
      gadget::particle_mass_1e10_msunh(cosmology::neutrino_omega(0.15, h), 100, 8);
  header.length_unit = "kpc/h";
  header.length_evidence = "particle masses";
  header.velocity_convention = "times sqrt(a)";
  EXPECT_EQ(
      snapshot::summary_text(header, snapshot::imported_header(header, {}, supplied)),
      "gadget-2 in 4 files: 512 CDM particles and neutrinos, 100 Mpc/h at z = 1, Omega_m = 0.3175, "
      "M_nu = 0.15 eV; lengths in kpc/h (particle masses), velocities times sqrt(a)");
}

}  // namespace
}  // namespace nubox::test
