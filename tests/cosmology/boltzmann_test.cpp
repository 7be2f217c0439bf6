#include "nubox/core/error.hpp"
#include "nubox/cosmology/background.hpp"

#include "cosmology/boltzmann_file.hpp"
#include "cosmology/text_columns.hpp"
#include "damaged_tables.hpp"
#include "fixtures.hpp"
#include "support/compare.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <regex>

#include <gtest/gtest.h>

namespace nubox::cosmology {
namespace {

namespace fs = std::filesystem;

fs::path fixture(const std::string& code) {
  return fs::path(NUBOX_SOURCE_DIR) / "tests/cosmology/boltzmann" / code;
}

LinearTables load(const std::string& code) {
  return LinearTables::load(par::Comm::self(), fixture(code), Parameters{});
}

/// Files of one code, copied to be damaged.
class CambFiles : public test::DamagedTables {
 protected:
  [[nodiscard]] fs::path source() const override { return fixture("camb"); }
  /// Drops the header and all but seven columns: CAMB's old files.
  void make_old() const {
    for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
      if (entry.path().extension() != ".dat") continue;
      std::ifstream file(entry.path());
      std::string old;
      for (std::string line; std::getline(file, line);) {
        if (line[0] == '#') continue;
        std::istringstream words(line);
        std::string word;
        for (int c = 0; c < 7 && words >> word; ++c) old += " " + word;
        old += "\n";
      }
      std::ofstream(entry.path()) << old;
    }
  }
};
class ClassFiles : public test::DamagedTables {
 protected:
  [[nodiscard]] fs::path source() const override { return fixture("class"); }
};
class ClassCambFiles : public test::DamagedTables {
 protected:
  [[nodiscard]] fs::path source() const override { return fixture("class_camb"); }
};

/// Largest |T_cb / that of hades - 1| at the wavenumbers first * ratio^i up to k_max, where the
/// files have rows, and the largest difference in T_nu/T_cb.
struct Difference {
  double T_cb = 0, neutrino_ratio = 0;
};
Difference difference_to_hades(const LinearTables& found, double mass_eV, double first,
                               double ratio, double k_max) {
  Difference largest;
  for (double k = first; k < k_max; k *= ratio) {
    for (const double z : {0.0, 1.0, 4.0, 9.0, 19.0, 49.0}) {
      const double T_cb = found.T_cb(k, z, mass_eV) / test::tables().T_cb(k, z, mass_eV);
      largest.T_cb = std::max(largest.T_cb, nubox::test::distance(T_cb, 1));
      largest.neutrino_ratio =
          std::max(largest.neutrino_ratio,
                   nubox::test::distance(found.neutrino_ratio(k, z, mass_eV),
                                         test::tables().neutrino_ratio(k, z, mass_eV)));
    }
  }
  return largest;
}

const double per_fifth_of_a_decade = std::pow(10.0, 0.2);

TEST(BoltzmannFiles, native_class_files_give_the_shipped_tables) {
  const LinearTables found = load("class");
  EXPECT_EQ(found.masses_eV(), (std::vector<double>{0, 0.15}));
  EXPECT_EQ(found.z_max(), 49);
  // One code in two versions; the settings of the files are coarse in k and time (7e-5).
  EXPECT_LT(difference_to_hades(found, 0, 1.052325505579e-05, per_fifth_of_a_decade, 11).T_cb,
            1e-4);
  const Difference massive =
      difference_to_hades(found, 0.15, 1.051497316435e-05, per_fifth_of_a_decade, 11);
  EXPECT_LT(massive.T_cb, 1e-4);
  EXPECT_LT(massive.neutrino_ratio, 2e-3);
}

TEST(BoltzmannFiles, class_files_in_camb_format_give_the_shipped_tables) {
  const LinearTables found = load("class_camb");
  EXPECT_LT(difference_to_hades(found, 0, 1.052325505579e-05, per_fifth_of_a_decade, 11).T_cb,
            1e-4);
  EXPECT_LT(difference_to_hades(found, 0.15, 1.051497316435e-05, per_fifth_of_a_decade, 11).T_cb,
            1e-4);
}

TEST(BoltzmannFiles, camb_and_class_agree) {
  const LinearTables camb = load("camb");
  const double ratio = std::exp(0.5);
  // Recombination and helium differ by 4e-4 in T around the sound horizon, the treatment of
  // neutrinos by 1e-3 beyond k = 3 h/Mpc.
  for (const auto& [mass_eV, first] : {std::pair{0.0, 0.173499e-4}, std::pair{0.15, 0.173355e-4}}) {
    EXPECT_LT(difference_to_hades(camb, mass_eV, first, ratio, 1.5).T_cb, 5e-4) << mass_eV;
    EXPECT_LT(difference_to_hades(camb, mass_eV, first, ratio, 12).T_cb, 1.2e-3) << mass_eV;
  }
  // In the ratio of two masses, the quantity of interest for a matched pair, the former cancels.
  for (double k = 0.173499e-4; k < 1; k *= ratio) {
    const auto R = [&](const LinearTables& tables) {
      return std::pow(tables.T_cb(k, 0, 0.15) / tables.T_cb(k, 0, 0), 2);
    };
    EXPECT_NEAR(R(camb) / R(test::tables()), 1, 6e-4) << k;
  }
}

TEST_F(CambFiles, of_seven_columns_without_header_are_the_same_tables) {
  const LinearTables with_header = load();
  make_old();
  const LinearTables old = load();
  for (const double mass_eV : {0.0, 0.15}) {
    EXPECT_EQ(old.T_cb(0.1, 1, mass_eV), with_header.T_cb(0.1, 1, mass_eV));
    EXPECT_EQ(old.neutrino_ratio(0.1, 1, mass_eV), with_header.neutrino_ratio(0.1, 1, mass_eV));
  }
}

TEST_F(CambFiles, rows_may_come_in_any_order_and_twice) {
  const double expected = load().T_cb(0.1, 0, 0.15);
  edit("Mnu0.15/transfer_out_z0.dat", [](std::string& text) {
    const std::size_t header = text.find('\n') + 1, row = text.find('\n', header) + 1 - header;
    text += text.substr(header, 3 * row);  // three rows again, at the end
    text.erase(header, row);               // and one of them only there
  });
  EXPECT_EQ(load().T_cb(0.1, 0, 0.15), expected);
}

TEST_F(CambFiles, contradicting_rows_are_refused) {
  edit("Mnu0.15/transfer_out_z0.dat", [](std::string& text) {
    const std::size_t header = text.find('\n') + 1, row = text.find('\n', header) + 1 - header;
    std::string again = text.substr(header, row);
    text += again.replace(again.find("0.1983"), 6, "0.1883");
  });
  expect_refused({"transfer_out_z0.dat", "twice", "19834600", "18834600"});
}

TEST_F(CambFiles, nan_in_a_column_in_use_is_refused_naming_file_and_line) {
  edit("Mnu0/transfer_out_z9.dat", [](std::string& text) {
    text = std::regex_replace(text, std::regex("\n +(\\S+) +\\S+"), "\n $1 NaN",
                              std::regex_constants::format_first_only);
  });
  expect_refused({"transfer_out_z9.dat", "line 2", "column 2", "NaN"});
}

TEST_F(CambFiles, unknown_number_of_columns_is_refused) {
  make_old();
  edit("Mnu0/transfer_out_z9.dat",
       [](std::string& text) { text = std::regex_replace(text, std::regex(" \\S+\n"), "\n"); });
  expect_refused({"transfer_out_z9.dat", "6 columns", "7 or 13"});
}

TEST_F(CambFiles, a_name_with_the_wrong_redshift_is_refused_with_both_amplitudes) {
  fs::rename(directory_ / "Mnu0/transfer_out_z9.dat", directory_ / "Mnu0/transfer_out_z8.dat");
  expect_refused({"Mnu0", "z = 8", "require", "redshift"});
}

TEST_F(CambFiles, a_name_without_redshift_is_refused) {
  fs::rename(directory_ / "Mnu0/transfer_out_z9.dat", directory_ / "Mnu0/transfer_out.dat");
  expect_refused({"transfer_out.dat", "redshift"});
}

TEST_F(CambFiles, a_repeated_redshift_is_refused) {
  fs::copy(directory_ / "Mnu0/transfer_out_z9.dat", directory_ / "Mnu0/my_transfer_9.0.dat");
  expect_refused({"transfer_out_z9.dat", "my_transfer_9.0.dat", "z = 9"});
}

TEST_F(CambFiles, missing_redshifts_are_refused) {
  fs::remove(directory_ / "Mnu0/transfer_out_z0.dat");
  expect_refused({"Mnu0", "5 redshifts", "z = 0"});
}

TEST_F(CambFiles, another_mass_is_refused_with_both_numbers) {
  fs::rename(directory_ / "Mnu0.15", directory_ / "Mnu0.16");
  expect_refused({"0.15", "0.16 eV", "M_nu"});
}

TEST_F(CambFiles, massive_files_for_the_massless_table_are_refused) {
  fs::remove_all(directory_ / "Mnu0");
  fs::rename(directory_ / "Mnu0.15", directory_ / "Mnu0");
  expect_refused({"imply M_nu = 0.15", "0 eV"});
}

TEST_F(CambFiles, another_h_than_the_directory_states_is_refused_with_both_amplitudes) {
  // 0.3 % in h: both numbers of T_cb at k -> 0 differ by twice that.
  replace("cosmology.ini", "0.6711", "0.6731");
  Parameters expected;
  expected.h = 0.6731;
  expect_refused({"T_cb", "0.6731", "require"}, expected);
}

TEST_F(CambFiles, another_omega_m_than_the_run_is_refused_with_both_numbers) {
  Parameters expected;
  expected.Omega_m = 0.32;
  expect_refused({"Omega_m", "0.3175", "0.32"}, expected);
}

TEST_F(CambFiles, a_wrong_sigma8_is_refused) {
  edit("cosmology.ini", [](std::string& text) { text += "[sigma8_cb]\nMnu0 = 0.85\n"; });
  expect_refused({"sigma8", "0.83", "0.85"});
}

TEST_F(CambFiles, a_mass_given_in_both_layouts_is_refused) {
  fs::copy(test::shipped_tables() / "transfer_Mnu0.15.txt", directory_);
  expect_refused({"0.15 eV", "twice"});
}

TEST_F(CambFiles, a_directory_whose_name_is_not_a_mass_is_refused) {
  fs::rename(directory_ / "Mnu0.15", directory_ / "Mnu0.15eV");
  expect_refused({"Mnu0.15eV", "neutrino mass"});
}

/// Calls change(words) for each row of numbers in all files of a mass.
template <class Change>
void change_rows(const fs::path& directory, const Change& change) {
  for (const auto& entry : fs::directory_iterator(directory)) {
    if (entry.path().extension() != ".dat") continue;
    std::ifstream file(entry.path());
    std::string text;
    for (std::string line; std::getline(file, line);) {
      if (line[0] != '#') {
        std::istringstream stream(line);
        std::vector<std::string> words;
        for (std::string word; stream >> word;) words.push_back(word);
        change(words);
        line.clear();
        for (const std::string& word : words) line += "  " + word;
      }
      text += line + "\n";
    }
    std::ofstream(entry.path()) << text;
  }
}

TEST_F(CambFiles, wavenumbers_in_1_per_mpc_are_refused) {
  for (const char* mass : {"Mnu0", "Mnu0.15"}) {
    change_rows(directory_ / mass, [](std::vector<std::string>& words) {
      words[0] = std::to_string(std::stod(words[0]) * 0.6711);
    });
  }
  expect_refused({"Mnu0", "k in another unit than h/Mpc"});
}

TEST_F(CambFiles, free_streaming_of_one_massive_neutrino_is_refused) {
  // One neutrino of 0.15 eV in place of three of 0.05: r = 1/(1 + k/kFS)^2 with kFS three times
  // larger. The columns of total matter follow, as CAMB would write them.
  const Background background(Parameters{}.with_mass(0.15));
  const double f_nu = background.f_nu();
  const double baryons = background.parameters().Omega_b / background.Omega_cb();
  change_rows(directory_ / "Mnu0.15", [&](std::vector<std::string>& words) {
    const double T_cb = (1 - baryons) * std::stod(words[1]) + baryons * std::stod(words[2]);
    const double root = std::sqrt(std::abs(std::stod(words[5]) / T_cb));
    const double other = std::min(root, 1.0) * 3 / (1 + 2 * std::min(root, 1.0));
    const double T_nu = other * other * T_cb;
    words[5] = fmt::format("{:.6e}", T_nu);
    words[6] = fmt::format("{:.6e}", (1 - f_nu) * T_cb + f_nu * T_nu);
  });
  expect_refused({"Mnu0.15", "three neutrinos of 0.05 eV", "one is the default of CAMB"});
}

TEST_F(CambFiles, numbers_as_fortran_writes_them_are_the_same_tables) {
  const double expected = load().T_cb(0.1, 0, 0.15);
  change_rows(directory_ / "Mnu0.15", [](std::vector<std::string>& words) {
    for (std::string& word : words) {
      std::replace(word.begin(), word.end(), 'E', 'D');
      if (word[0] != '-') word.insert(0, "+");
    }
  });
  EXPECT_EQ(load().T_cb(0.1, 0, 0.15), expected);
}

TEST(TextColumns, numbers_are_read_in_the_notations_of_fortran) {
  for (const auto& [word, value] :
       {std::pair{"1.5", 1.5}, std::pair{"+1.5", 1.5}, std::pair{"-1.5D-03", -1.5e-3},
        std::pair{"1.5d2", 150.0}, std::pair{"1.5-103", 1.5e-103}, std::pair{"-2.+100", -2e100},
        std::pair{"+.5E+1", 5.0}}) {
    EXPECT_EQ(number(word, "here"), value) << word;
  }
  for (const char* word : {"", "+", "+-1", "++1", "1-2-3", "1D", "D5", "1e5D3", "nan", "1,5"}) {
    EXPECT_THROW((void)number(word, "here"), InputError) << word;
  }
}

TEST_F(ClassFiles, redshifts_of_header_and_name_must_agree) {
  fs::rename(directory_ / "Mnu0/class_z2_tk.dat", directory_ / "Mnu0/tk_z1.dat");
  EXPECT_NO_THROW(static_cast<void>(load()));
  fs::rename(directory_ / "Mnu0/tk_z1.dat", directory_ / "Mnu0/tk_z1.5.dat");
  expect_refused({"tk_z1.5.dat", "z = 1 ", "1.5"});
}

TEST_F(ClassFiles, clustering_photons_reveal_exchanged_columns) {
  edit("Mnu0/class_z1_tk.dat", [](std::string& text) {
    text.replace(text.find(":d_g"), 4, ":d_X").replace(text.find(":d_cdm"), 6, ":d_g  ");
    text.replace(text.find(":d_X"), 4, ":d_cdm");
  });
  expect_refused({"class_z1_tk.dat", "photons"});
}

TEST_F(ClassFiles, a_header_without_cold_dark_matter_is_refused) {
  replace("Mnu0/class_z1_tk.dat", "d_cdm", "d_dcdm");
  expect_refused({"class_z1_tk.dat", "cold dark matter"});
}

TEST_F(ClassFiles, neutrino_species_of_several_masses_are_refused) {
  // The column of the total plays the second species.
  for (const auto& entry : fs::directory_iterator(directory_ / "Mnu0.15")) {
    const std::string name = "Mnu0.15/" + entry.path().filename().string();
    if (name.ends_with("tk.dat")) replace(name, ":phi", ":d_ncdm[1]");
  }
  expect_refused({"species", "equal mass"});
}

TEST_F(ClassCambFiles, with_the_titles_in_place_are_the_same_tables) {
  const double expected = load().T_cb(0.1, 0, 0.15);
  // What other versions than 3.4.1 write: one title and one column less.
  for (const auto& entry : fs::recursive_directory_iterator(directory_)) {
    const std::string name = fs::relative(entry.path(), directory_).string();
    if (!name.ends_with("tk.dat")) continue;
    edit(name, [](std::string& text) {
      std::istringstream lines(text);
      text.clear();
      for (std::string line; std::getline(lines, line);) {
        line = std::regex_replace(line, std::regex("2:k \\(h/Mpc\\)"), "");
        if (line[0] != '#') line = std::regex_replace(line, std::regex(" +[^ ]+ *$"), "");
        text += line + "\n";
      }
    });
  }
  EXPECT_EQ(load().T_cb(0.1, 0, 0.15), expected);
}

TEST_F(ClassCambFiles, read_by_their_shifted_titles_would_be_refused) {
  // Read literally, the titles with the repeated k assign the name of the photons to the neutrinos.
  replace("Mnu0/camb_z1_tk.dat", "2:k (h/Mpc)", "2:other    ");
  expect_refused({"camb_z1_tk.dat", "photons"});
}

TEST(BoltzmannFiles, convert_contrasts_with_wavenumbers_per_mpc) {
  std::string text =
      "# at redshift z=2\n# 1:k (h/Mpc) 2:d_g 3:d_b 4:d_cdm 5:d_ur 6:d_ncdm[0] 7:d_m 8:d_tot\n";
  for (int i = 1; i <= 6; ++i) text += std::to_string(i) + "e-3 0 -1 -2 0 -0.5 -1.5 -1.5\n";
  const BoltzmannFile file = parse_boltzmann(text, "a_tk.dat", 0.5);
  EXPECT_EQ(file.redshift, 2);
  EXPECT_DOUBLE_EQ(file.T_baryon[1], 1 / (1e-3 * 1e-3));  // k = 2e-3 h/Mpc = 1e-3 / Mpc
  EXPECT_DOUBLE_EQ(file.T_cdm[1], 2e6);
  EXPECT_DOUBLE_EQ(file.T_nu[1], 5e5);
  EXPECT_FALSE(file.total_with_radiation);
}

}  // namespace
}  // namespace nubox::cosmology
