#include "transfer_file.hpp"

#include "nubox/core/error.hpp"

#include "text_columns.hpp"

#include <cmath>
#include <sstream>
#include <string_view>

#include <boost/property_tree/ini_parser.hpp>

namespace nubox::cosmology {
namespace {

/// Redshifts from the header words "Tcb_z0 [Tnu_z0] Tcb_z0.1 ...".
std::vector<double> redshifts_of(const std::vector<std::string_view>& names,
                                 const std::string& file, bool massive) {
  const std::size_t stride = massive ? 2 : 1;
  std::vector<double> redshifts;
  for (std::size_t c = 2; c < names.size(); c += stride) {
    const bool paired = !massive || (c + 1 < names.size() && names[c + 1].substr(0, 5) == "Tnu_z" &&
                                     names[c + 1].substr(5) == names[c].substr(5));
    if (names[c].substr(0, 5) != "Tcb_z" || !paired) {
      throw InputError("{}: column '{}' where {} was expected", file, names[c],
                       massive ? "Tcb_z<z> followed by Tnu_z<z>" : "Tcb_z<z>");
    }
    redshifts.push_back(number(names[c].substr(5), file + ", header"));
    if (redshifts.size() > 1 && redshifts.back() <= redshifts[redshifts.size() - 2]) {
      throw InputError("{}: redshift columns are not ascending at '{}'", file, names[c]);
    }
  }
  if (redshifts.size() < 6 || redshifts.front() != 0) {
    throw InputError("{}: {} redshift columns; at least 6 are needed, the first at z = 0", file,
                     redshifts.size());
  }
  return redshifts;
}

void append_row(std::vector<std::vector<double>>& rows, const std::vector<std::string_view>& words,
                std::size_t columns, const std::string& where) {
  if (words.size() != columns) {
    throw InputError("{}: {} columns, the header names {}", where, words.size(), columns);
  }
  std::vector<double> row;
  for (std::size_t c = 0; c < words.size(); ++c) {
    row.push_back(number(words[c], fmt::format("{}, column {}", where, c + 1)));
  }
  if (row[0] <= 0 || (!rows.empty() && row[0] <= rows.back()[0])) {
    throw InputError("{}: k = {} h/Mpc is not ascending", where, row[0]);
  }
  rows.push_back(std::move(row));
}

}  // namespace

TransferFile parse_transfer(const std::string& text, const std::string& name, bool massive) {
  TransferFile file;
  std::vector<std::vector<double>> rows;
  for_each_line(text, name, [&](const auto&, const auto& words, const std::string& where) {
    if (words[0] == "#") {
      if (words.size() > 1 && words[1] == "k[h/Mpc]")
        file.redshifts = redshifts_of(words, name, massive);
      return;
    }
    if (file.redshifts.empty())
      throw InputError("{}: no header line '# k[h/Mpc] Tcb_z0 ...'", name);
    append_row(rows, words, 1 + file.redshifts.size() * (massive ? 2 : 1), where);
  });
  if (rows.size() < 6)
    throw InputError("{}: {} rows of k, at least 6 are needed", name, rows.size());

  for (const auto& row : rows) file.k_hmpc.push_back(row[0]);
  const std::size_t stride = massive ? 2 : 1;
  for (std::size_t z = 0; z < file.redshifts.size(); ++z) {
    for (const auto& row : rows) {
      file.T_cb.push_back(row[1 + z * stride]);
      if (massive) file.T_nu.push_back(row[2 + z * stride]);
      if (file.T_cb.back() <= 0) {
        throw InputError("{}: T_cb = {} at k = {} h/Mpc, z = {} is not positive", name,
                         file.T_cb.back(), row[0], file.redshifts[z]);
      }
    }
  }
  return file;
}

TableCosmology parse_cosmology(const std::string& text, const std::string& name) {
  boost::property_tree::ptree tree;
  std::istringstream stream(text);
  try {
    boost::property_tree::read_ini(stream, tree);
  } catch (const boost::property_tree::ini_parser_error& error) {
    throw InputError("{}, line {}: {}", name, error.line(), error.message());
  }
  const auto value = [&](const char* key) {
    const auto found = tree.get_optional<std::string>(std::string("cosmology.") + key);
    if (!found) throw InputError("{}: [cosmology] {} is missing", name, key);
    return number(*found, fmt::format("{}, [cosmology] {}", name, key));
  };
  TableCosmology cosmology;
  cosmology.parameters = {.Omega_m = value("Omega_m"),
                          .Omega_b = value("Omega_b"),
                          .h = value("h"),
                          .n_s = value("n_s"),
                          .A_s = value("A_s"),
                          .T_cmb_K = value("T_cmb"),
                          .N_eff = value("N_eff")};
  if (const auto section = tree.get_child_optional("sigma8_cb")) {
    for (const auto& [key, node] : *section) {
      const std::string where = fmt::format("{}, [sigma8_cb] {}", name, key);
      if (key.rfind("Mnu", 0) != 0) throw InputError("{}: keys are Mnu<eV>", where);
      cosmology.sigma8_cb.emplace_back(number(std::string_view(key).substr(3), where),
                                       number(node.data(), where));
    }
  }
  return cosmology;
}

void require_same_cosmology(const Parameters& tables, const Parameters& expected,
                            const std::string& name) {
  const auto compare = [&](const char* key, double table_value, double expected_value) {
    if (std::abs(table_value - expected_value) <= 1e-3 * std::abs(expected_value)) return;
    throw InputError(
        "{}: the linear tables were made for {} = {}, this run has {}; make tables for it "
        "with tools/make_linear_tables.py",
        name, key, table_value, expected_value);
  };
  compare("Omega_m", tables.Omega_m, expected.Omega_m);
  compare("Omega_b", tables.Omega_b, expected.Omega_b);
  compare("h", tables.h, expected.h);
  compare("T_cmb", tables.T_cmb_K, expected.T_cmb_K);
  compare("N_eff", tables.N_eff, expected.N_eff);
}

}  // namespace nubox::cosmology
