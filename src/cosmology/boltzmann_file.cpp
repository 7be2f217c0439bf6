#include "boltzmann_file.hpp"

#include "nubox/core/error.hpp"

#include "text_columns.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <regex>

namespace nubox::cosmology {
namespace {

constexpr std::size_t absent = static_cast<std::size_t>(-1);

/// Column of each quantity.
struct Columns {
  std::size_t count = 0;  // words in a row
  std::size_t k = 0, cdm = absent, baryon = absent, photon = absent, total = absent;
  std::vector<std::size_t> neutrinos;  // massive, one per species
  bool contrasts = false;              // delta, not -delta/k^2
  bool total_with_radiation = false;
};

/// Titles of a header line. CLASS numbers them, "1:k (h/Mpc)   2:d_g", and they may contain blanks;
/// CAMB's are words.
std::vector<std::string> titles_of(std::string_view line) {
  static const std::regex numbered("^[0-9]+:(.*)$");
  std::vector<std::string> titles;
  bool is_class = false;
  for (const std::string_view view : words_of(line.substr(line.find('#') + 1))) {
    const std::string word(view);
    std::smatch match;
    if (std::regex_match(word, match, numbered)) {
      is_class = true;
      titles.push_back(match[1]);
    } else if (is_class) {
      titles.back() += " " + word;
    } else {
      titles.push_back(word);
    }
  }
  return titles;
}

bool names_columns(const std::vector<std::string>& titles) {
  return !titles.empty() && (titles[0] == "k (h/Mpc)" || titles[0] == "k/h");
}

Columns columns_of_titles(std::vector<std::string> titles, const std::string& name) {
  Columns columns;
  columns.count = titles.size();
  // CLASS 3.4.1 writes the title of k twice in the camb format and fills the surplus last column
  // with uninitialised memory: without the repetition the titles match their columns.
  if (titles.size() > 1 && titles[1] == titles[0]) titles.erase(titles.begin());
  const auto place = [&](std::initializer_list<const char*> known) {
    for (const char* title : known) {
      const auto found = std::find(titles.begin(), titles.end(), title);
      if (found != titles.end()) return static_cast<std::size_t>(found - titles.begin());
    }
    return absent;
  };
  columns.cdm = place({"d_cdm", "-T_cdm/k2", "CDM"});
  columns.baryon = place({"d_b", "-T_b/k2", "baryon"});
  columns.photon = place({"d_g", "-T_g/k2", "photon"});
  columns.total = place({"d_m", "-T_tot/k2", "total"});
  if (columns.total == absent) columns.total = place({"d_tot"});
  for (std::size_t c = 0; c < titles.size(); ++c) {
    if (titles[c].starts_with("d_ncdm[") || titles[c] == "-T_ncdm/k2" || titles[c] == "mass_nu") {
      columns.neutrinos.push_back(c);
    }
  }
  for (const auto& [column, what] : {std::pair{columns.cdm, "cold dark matter (d_cdm, CDM)"},
                                     std::pair{columns.baryon, "baryons (d_b, baryon)"},
                                     std::pair{columns.photon, "photons (d_g, photon)"},
                                     std::pair{columns.total, "total matter (d_m, total)"}}) {
    if (column == absent) throw InputError("{}: the header has no column of {}", name, what);
  }
  columns.contrasts = titles[columns.cdm] == "d_cdm";
  columns.total_with_radiation = titles[columns.total] != "d_m" && titles[columns.total] != "total";
  return columns;
}

/// CAMB's order: k, CDM, baryon, photon, massless nu, massive nu, total, ...
Columns columns_of_camb(std::size_t count, const std::string& name) {
  if (count != 7 && count != 13) {
    throw InputError(
        "{}: {} columns and no header that names them; CAMB's transfer files have 7 or 13", name,
        count);
  }
  Columns columns;
  columns.count = count;
  columns.cdm = 1;
  columns.baryon = 2;
  columns.photon = 3;
  columns.neutrinos = {5};
  columns.total = 6;
  return columns;
}

std::optional<double> redshift_of_header(const std::string& line, const std::string& name) {
  static const std::regex stated("at redshift z=([^ \t\r]+)");
  std::smatch match;
  if (!std::regex_search(line, match, stated)) return std::nullopt;
  return number(match[1].str(), name + ", header");
}

/// The number at the end of the name. The number in names of CLASS, root_z1_tk.dat, counts outputs
/// and is not a redshift.
std::optional<double> redshift_of_name(const std::string& name) {
  static const std::regex last_number("(?:^|[_-])z?([0-9]+(?:\\.[0-9]+)?)$");
  const std::string stem = std::filesystem::path(name).stem().string();
  std::smatch match;
  if (!std::regex_search(stem, match, last_number)) return std::nullopt;
  return number(match[1].str(), name);
}

double agreed_redshift(std::optional<double> header, const std::string& name) {
  const std::optional<double> from_name = redshift_of_name(name);
  if (!header && !from_name) {
    throw InputError("{}: neither header nor name give the redshift; name it ..._z<redshift>.dat",
                     name);
  }
  if (header && from_name && std::abs(*header - *from_name) > 1e-3 * (1 + *header)) {
    throw InputError("{}: z = {} by its header, {} by its name", name, *header, *from_name);
  }
  return header ? *header : *from_name;
}

struct Rows {
  std::optional<Columns> columns;
  std::optional<double> redshift;           // of the header
  std::vector<std::vector<double>> values;  // k, cdm, baryon, photon, total, nu...
};

std::vector<double> parse_row(const Columns& columns, const std::vector<std::string_view>& words,
                              const std::string& where) {
  if (words.size() != columns.count) {
    throw InputError("{}: {} columns where {} were expected", where, words.size(), columns.count);
  }
  std::vector<double> row;
  const auto take = [&](std::size_t column) {
    row.push_back(number(words[column], fmt::format("{}, column {}", where, column + 1)));
  };
  for (const std::size_t c :
       {columns.k, columns.cdm, columns.baryon, columns.photon, columns.total}) {
    take(c);
  }
  for (const std::size_t c : columns.neutrinos) take(c);
  if (!(row[0] > 0)) throw InputError("{}: k = {} h/Mpc is not positive", where, row[0]);
  return row;
}

Rows parse_rows(const std::string& text, const std::string& name) {
  Rows rows;
  for_each_line(text, name, [&](const std::string& line, const auto& words, const auto& where) {
    if (words[0].starts_with('#')) {
      if (const auto z = redshift_of_header(line, name)) rows.redshift = z;
      const auto titles = titles_of(line);
      if (names_columns(titles)) rows.columns = columns_of_titles(titles, name);
      return;
    }
    if (!rows.columns) rows.columns = columns_of_camb(words.size(), name);
    rows.values.push_back(parse_row(*rows.columns, words, where));
  });
  if (rows.values.size() < 6) {
    throw InputError("{}: {} rows of k, at least 6 are needed", name, rows.values.size());
  }
  return rows;
}

/// In order of k. Printed k may repeat where the code refined its grid; such rows must be equal.
void sort_rows(std::vector<std::vector<double>>& rows, const std::string& name) {
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a[0] < b[0]; });
  const auto same_k = [&](const auto& a, const auto& b) {
    if (a[0] != b[0]) return false;
    if (std::abs(a[1] - b[1]) > 1e-4 * std::abs(a[1])) {
      throw InputError("{}: k = {} h/Mpc twice, with {} and {} for cold dark matter", name, a[0],
                       a[1], b[1]);
    }
    return true;
  };
  rows.erase(std::unique(rows.begin(), rows.end(), same_k), rows.end());
}

/// One column for all species, which must be degenerate where they are not negligible.
double neutrino_of(const std::vector<double>& row, const std::string& name) {
  constexpr std::size_t first = 5;
  for (std::size_t c = first + 1; c < row.size(); ++c) {
    if (std::abs(row[c] - row[first]) > 1e-3 * std::abs(row[1])) {
      throw InputError(
          "{}: neutrino species differ at k = {} h/Mpc ({} and {}); nubox supports three species "
          "of equal mass",
          name, row[0], row[first], row[c]);
    }
  }
  return row[first];
}

/// Photons stream freely on small scales: a photon column that clusters belongs to another species,
/// and the columns are shifted.
void check_photons(const BoltzmannFile& file) {
  constexpr double k_small_scale_hmpc = 0.1, z_late = 20;
  for (std::size_t i = 0; i < file.k_hmpc.size() && file.redshift < z_late; ++i) {
    if (file.k_hmpc[i] > k_small_scale_hmpc &&
        !(std::abs(file.T_photon[i]) < 1e-3 * std::abs(file.T_baryon[i]))) {
      throw InputError(
          "{}: T of photons is {}, of baryons {}, at k = {} h/Mpc, where photons do not cluster: "
          "the columns do not match their titles",
          file.name, file.T_photon[i], file.T_baryon[i], file.k_hmpc[i]);
    }
  }
}

}  // namespace

BoltzmannFile parse_boltzmann(const std::string& text, const std::string& name, double h) {
  Rows rows = parse_rows(text, name);
  sort_rows(rows.values, name);
  BoltzmannFile file;
  file.name = name;
  file.redshift = agreed_redshift(rows.redshift, name);
  file.total_with_radiation = rows.columns->total_with_radiation;
  for (const auto& row : rows.values) {
    const double to_transfer = rows.columns->contrasts ? -1 / (row[0] * h * row[0] * h) : 1;
    file.k_hmpc.push_back(row[0]);
    file.T_cdm.push_back(to_transfer * row[1]);
    file.T_baryon.push_back(to_transfer * row[2]);
    file.T_photon.push_back(to_transfer * row[3]);
    file.T_total.push_back(to_transfer * row[4]);
    if (!rows.columns->neutrinos.empty()) file.T_nu.push_back(to_transfer * neutrino_of(row, name));
  }
  check_photons(file);
  return file;
}

}  // namespace nubox::cosmology
