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
  header.mass_ratio[gadget::cdm_type] = 1;
  return header;
}

/// Adds 8^3 particles of another type.
void add_type(gadget::Header& header, std::size_t type, double Omega) {
  header.counts[type] = 512;
  header.mass_1e10_msunh[type] = gadget::particle_mass_1e10_msunh(Omega, 100, 8);
  header.mass_ratio[type] = 1;
}

/// /Nubox of an export: the attributes of a box without those of the file format.
io::Attributes stored_with(double A_s) {
  io::FieldHeader box;
  box.box_size_mpch = 100;
  box.n = 8;
  box.cosmology = {.Omega_m = Omega_m, .Omega_b = 0.049, .h = h, .n_s = 0.97, .A_s = A_s};
  box.origin = "simulate";
  box.seed = 12;
  box.extra = {{"mesh_factor", std::int64_t{4}},
               {"lpt", std::int64_t{2}},
               {io::density_nu_window, std::string("cic")}};
  return io::attributes_of(box);
}

const snapshot::SuppliedHeader supplied{.Omega_b = {.value = 0.049},
                                        .n_s = {.value = 0.9624},
                                        .A_s = {.value = 2.13e-9},
                                        .seed = -1,
                                        .mesh_factor = std::nullopt};

std::string refusal(const gadget::Header& header, const snapshot::SuppliedHeader& given,
                    const io::Attributes& stored = {}) {
  const auto error = error_of([&] { (void)snapshot::imported_header(header, stored, given); });
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

TEST(ImportedHeader, numbers_stored_by_an_export_take_precedence_over_defaults) {
  const io::FieldHeader header =
      snapshot::imported_header(header_with(0), stored_with(3e-9), supplied);
  EXPECT_EQ(header.cosmology.A_s, 3e-9);
  EXPECT_EQ(header.cosmology.n_s, 0.97);
  EXPECT_EQ(header.seed, 12);
  EXPECT_EQ(header.origin, "import");
  EXPECT_EQ(io::find<std::int64_t>(header.extra, "mesh_factor"), 4);
  EXPECT_EQ(io::find<std::int64_t>(header.extra, "lpt"), 2);
  EXPECT_FALSE(header.extra.contains(io::density_nu_window));
}

TEST(ImportedHeader, numbers_that_were_given_are_never_overruled) {
  snapshot::SuppliedHeader given = supplied;
  given.A_s = {.value = 2.13e-9, .given = true};
  EXPECT_NE(refusal(header_with(0), given, stored_with(3e-9))
                .find("A_s = 2.13e-09 was given (cosmology.A_s), but the snapshot has A_s = 3e-09"),
            std::string::npos);
  EXPECT_EQ(snapshot::imported_header(header_with(0), stored_with(2.13e-9), given).cosmology.A_s,
            2.13e-9);
  EXPECT_EQ(snapshot::imported_header(header_with(0), {}, given).cosmology.A_s, 2.13e-9);
}

TEST(ImportedHeader, the_mesh_factor_is_that_of_the_option_and_must_be_that_of_the_export) {
  snapshot::SuppliedHeader given = supplied;
  given.mesh_factor = 2;
  EXPECT_EQ(io::find<std::int64_t>(snapshot::imported_header(header_with(0), {}, given).extra,
                                   "mesh_factor"),
            2);
  EXPECT_NE(refusal(header_with(0), given, stored_with(3e-9)).find("with mesh_factor = 4"),
            std::string::npos);
}

TEST(ImportedHeader, gas_is_not_taken_for_neutrinos) {
  gadget::Header header = header_with(0);
  header.mass_1e10_msunh[gadget::cdm_type] =
      gadget::particle_mass_1e10_msunh(Omega_m - 0.049, 100, 8);
  add_type(header, 0, 0.049);
  EXPECT_EQ(snapshot::imported_header(header, {}, supplied).cosmology.M_nu_eV, 0);
}

TEST(ImportedHeader, masses_that_are_missing_or_differ_are_refused) {
  gadget::Header header = header_with(0);
  header.mass_1e10_msunh[gadget::cdm_type] = 0;
  header.mass_ratio[gadget::cdm_type] = 0;
  EXPECT_NE(refusal(header, supplied).find("give import.mnu_eV"), std::string::npos);
  header.M_nu_eV = 0;
  EXPECT_EQ(snapshot::imported_header(header, {}, supplied).cosmology.M_nu_eV, 0);
  header = header_with(0);
  header.mass_ratio[gadget::cdm_type] = 3;
  EXPECT_NE(refusal(header, supplied).find("differ by a factor of up to 3"), std::string::npos);
}

TEST(ImportedHeader, particles_of_type_2_that_do_not_complete_omega_m_are_refused) {
  gadget::Header header = header_with(0);
  add_type(header, 2, 0.1);
  EXPECT_NE(refusal(header, supplied).find("they do not add up"), std::string::npos);
}

TEST(ImportedHeader, neutrino_mass_follows_from_particle_masses) {
  gadget::Header header = header_with(0.15);
  add_type(header, 2, cosmology::neutrino_omega(0.15, h));
  const io::FieldHeader found = snapshot::imported_header(header, {}, supplied);
  EXPECT_NEAR(found.cosmology.M_nu_eV, 0.15, 1e-9);
}

TEST(ImportedHeader, density_without_particles_needs_a_mass_that_agrees_with_it) {
  EXPECT_NE(refusal(header_with(0.15), supplied).find("give import.mnu_eV"), std::string::npos);
  gadget::Header with_mass = header_with(0.15);
  with_mass.M_nu_eV = 0.15;
  EXPECT_EQ(snapshot::imported_header(with_mass, {}, supplied).cosmology.M_nu_eV, 0.15);
  with_mass.M_nu_eV = 0.3;
  EXPECT_NE(refusal(with_mass, supplied).find("contradicts the particle masses"),
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
