#include "nubox/cosmology/linear_tables.hpp"

#include "nubox/core/error.hpp"

#include "damaged_tables.hpp"
#include "fixtures.hpp"

#include <cmath>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

namespace fs = std::filesystem;
using test::tables;

class DamagedTables : public test::DamagedTables {};

TEST(LinearTables, return_the_file_values_on_nodes) {
  // Row 144 (k = 0.035220050 h/Mpc), column z = 0 of transfer_Mnu0.txt.
  EXPECT_NEAR(tables().T_cb(3.5220050e-02, 0, 0) / 7.5741665e+06, 1, 1e-10);
  // Line 163 of transfer_Mnu0.15.txt, z = 0: T_cb and T_nu.
  const double k = 8.2508244e-2, T_cb = 3.3056743e+06, T_nu = 3.1007403e+05;
  EXPECT_NEAR(tables().T_cb(k, 0, 0.15) / T_cb, 1, 1e-10);
  EXPECT_NEAR(tables().neutrino_ratio(k, 0, 0.15) / (T_nu / T_cb), 1, 1e-10);
}

TEST(LinearTables, between_tabulated_masses_agree_with_a_direct_boltzmann_run) {
  // Masses between the tabulated ones, from separate runs (boltzmann/README.md). The stated
  // accuracy of T_cb(M)/T_cb(0) is 1e-4; T_cb(0) is tabulated, so that T_cb(M) has the whole error
  // (measured: 7e-5 at 0.045 eV and k = 20 h/Mpc, 6e-6 at 0.25 eV). The source contains f_nu
  // T_nu/T_cb (3.5e-4 at 0.5 eV, z = 49, 1e-4 later), which near the horizon is limited to f_nu.
  std::ifstream file(fs::path(NUBOX_SOURCE_DIR) / "tests/cosmology/untabulated_masses.txt");
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('#')) continue;
    double mass_eV = 0, z = 0, k = 0, T_cb = 0, T_nu = 0;
    std::istringstream(line) >> mass_eV >> z >> k >> T_cb >> T_nu;
    const double f_nu = Background(Parameters{}.with_mass(mass_eV)).f_nu();
    EXPECT_NEAR(tables().T_cb(k, z, mass_eV) / T_cb, 1, 1e-4) << line;
    if (k > 2e-3) {
      EXPECT_NEAR(f_nu * tables().neutrino_ratio(k, z, mass_eV), f_nu * T_nu / T_cb, 5e-4) << line;
    }
    ++rows;
  }
  EXPECT_GT(rows, 100);
}

TEST(LinearTables, span_the_documented_ranges) {
  EXPECT_EQ(tables().masses_eV().front(), 0);
  EXPECT_EQ(tables().masses_eV().back(), 0.6);
  EXPECT_EQ(tables().z_max(), 127);
  EXPECT_GT(tables().k_max_hmpc(), 20);
}

TEST(LinearTables, neutrinos_follow_cb_on_large_scales_and_stream_freely_on_small_ones) {
  for (const double mass_eV : {0.02, 0.15, 0.33, 0.6}) {
    EXPECT_NEAR(tables().neutrino_ratio(2e-5, 0, mass_eV), 1, 5e-3) << mass_eV;
    EXPECT_LT(tables().neutrino_ratio(10, 0, mass_eV), 0.01) << mass_eV;
    EXPECT_GE(tables().neutrino_ratio(30, 100, mass_eV), 0) << mass_eV;
  }
  EXPECT_EQ(tables().neutrino_ratio(0.1, 1, 0), 0);
}

TEST(LinearTables, growth_rate_is_the_logarithmic_slope_of_T_cb) {
  for (const double z : {1.2, 60.0}) {
    constexpr double step = 1e-3;
    const auto at = [&](double ln_a) {
      return std::log(tables().T_cb(0.2, std::expm1(-ln_a), 0.15));
    };
    const double ln_a = -std::log1p(z);
    EXPECT_NEAR(tables().growth_rate(0.2, z, 0.15),
                (at(ln_a + step) - at(ln_a - step)) / (2 * step), 1e-5);
  }
}

TEST(LinearTables, refuse_masses_redshifts_and_wavenumbers_off_the_table) {
  EXPECT_THROW(static_cast<void>(tables().T_cb(0.1, 0, 0.61)), InputError);
  EXPECT_THROW(static_cast<void>(tables().neutrino_ratio(0.1, 0, -0.1)), InputError);
  EXPECT_THROW(static_cast<void>(tables().T_cb(0.1, 130, 0)), InputError);
  EXPECT_THROW(static_cast<void>(tables().T_cb(1e3, 0, 0)), InputError);
  EXPECT_THROW(static_cast<void>(tables().T_cb(std::nan(""), 0, 0)), InputError);
}

TEST_F(DamagedTables, undamaged_copy_is_accepted) {
  EXPECT_EQ(load().masses_eV(), tables().masses_eV());
}

TEST_F(DamagedTables, another_cosmology_is_refused_naming_both_numbers) {
  Parameters other;
  other.Omega_m = 0.3089;
  expect_refused({"Omega_m", "0.3175", "0.3089"}, other);
}

TEST_F(DamagedTables, amplitude_and_tilt_may_differ_from_those_of_the_tables) {
  Parameters faint;
  faint.A_s *= 1e-4;
  EXPECT_NO_THROW(static_cast<void>(load(faint)));
}

TEST_F(DamagedTables, nan_in_a_column_is_refused_naming_file_and_line) {
  replace("transfer_Mnu0.15.txt", "1.9834679e+07", "nan");
  expect_refused({"transfer_Mnu0.15.txt", "line 4", "column 2", "nan"});
}

TEST_F(DamagedTables, truncated_row_is_refused) {
  edit("transfer_Mnu0.6.txt", [](std::string& text) { text.resize(text.size() - 500); });
  expect_refused({"transfer_Mnu0.6.txt", "columns"});
}

TEST_F(DamagedTables, wavenumbers_out_of_order_are_refused) {
  replace("transfer_Mnu0.txt", "\n1.1", "\n9.1");
  expect_refused({"transfer_Mnu0.txt", "ascending"});
}

TEST_F(DamagedTables, wrong_amplitude_is_refused_by_sigma8) {
  replace("cosmology.ini", "Mnu0 = 0.833", "Mnu0 = 0.843");
  expect_refused({"sigma8", "0.833", "0.843"});
}

TEST_F(DamagedTables, missing_massless_table_is_refused) {
  fs::remove(directory_ / "transfer_Mnu0.txt");
  expect_refused({"transfer_Mnu0.txt"});
}

TEST_F(DamagedTables, missing_parameter_is_refused) {
  replace("cosmology.ini", "Omega_b", "Omega_x");
  expect_refused({"cosmology.ini", "Omega_b"});
}

TEST_F(DamagedTables, missing_directory_or_cosmology_file_is_a_file_system_error) {
  EXPECT_THROW(
      static_cast<void>(LinearTables::load(par::Comm::self(), directory_ / "none", Parameters{})),
      Error);
  fs::remove(directory_ / "cosmology.ini");
  try {
    static_cast<void>(load());
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::filesystem);
  }
}

}  // namespace
}  // namespace nubox::cosmology
