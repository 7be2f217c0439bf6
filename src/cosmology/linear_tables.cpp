#include "nubox/cosmology/linear_tables.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include "linear_power.hpp"
#include "stencil.hpp"
#include "table_directory.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::cosmology {
namespace {

/// Root of r = T_nu / T_cb, in which the table is interpolated. It keeps the sign, since early on
/// and at high k T_nu is noise around zero. It is limited to one, so that scale_root has no pole:
/// near the horizon, k < 2e-3 h/Mpc, neutrinos that are still relativistic have r up to 4/3, which
/// would change the source by less than 1e-3 and no scale of a box.
double signed_root(double ratio) {
  return std::copysign(std::sqrt(std::min(std::abs(ratio), 1.0)), ratio);
}

/// The root for mass M from that of the tabulated mass M_table: sqrt(r) = 1 / (1 + q / M) with q
/// independent of M, as in the SuperEasy closure (arXiv:2011.12504). Exact for M = M_table, zero
/// for M = 0.
double scale_root(double root, double table_mass_eV, double mass_eV) {
  return mass_eV * root / (mass_eV * root + table_mass_eV * (1 - root));
}

struct MassTable {
  double mass_eV = 0;
  std::vector<double> ln_k;
  std::vector<double> ln_T_cb;  // [z][k]
  std::vector<double> root;     // signed root of r, [z][k]; empty for zero mass

  [[nodiscard]] double at(const std::vector<double>& table, const Stencil& z,
                          const Stencil& k) const {
    return z.sum([&](std::size_t iz) {
      const double* row = table.data() + iz * ln_k.size();
      return k.sum([&](std::size_t ik) { return row[ik]; });
    });
  }
};

MassTable make_mass_table(const TransferFile& file, double mass_eV) {
  MassTable table;
  table.mass_eV = mass_eV;
  for (const double k : file.k_hmpc) table.ln_k.push_back(std::log(k));
  for (const double T : file.T_cb) table.ln_T_cb.push_back(std::log(T));
  for (std::size_t i = 0; i < file.T_nu.size(); ++i) {
    table.root.push_back(signed_root(file.T_nu[i] / file.T_cb[i]));
  }
  return table;
}

}  // namespace

struct LinearTables::Data {
  std::string digest;
  std::vector<double> masses_eV;
  std::vector<double> ln_1pz;
  std::vector<MassTable> tables;
  double z_max = 0;
  double ln_k_min = 0, ln_k_max = 0;

  Data(const TableDirectory& files, const std::string& directory);

  void add(const TransferFile& file, double mass_eV, const std::string& name);
  void check_sigma8(const TableCosmology& cosmology, const std::string& directory) const;
  void require_mass(double mass_eV) const;
  [[nodiscard]] Stencil redshift_stencil(double redshift, bool slope = false) const;
  /// ln T_cb, or its derivative if z is a slope stencil, within the tabulated k.
  [[nodiscard]] double ln_T_cb(double ln_k, const Stencil& z, double mass_eV) const;
};

LinearTables::Data::Data(const TableDirectory& files, const std::string& directory)
    : digest(files.digest) {
  for (const auto& [mass_eV, name, transfer] : files.masses) add(transfer, mass_eV, name);
  check_sigma8(files.cosmology, directory);
}

void LinearTables::Data::add(const TransferFile& file, double mass_eV, const std::string& name) {
  std::vector<double> ln_1pz_of_file;
  for (const double z : file.redshifts) ln_1pz_of_file.push_back(std::log1p(z));
  MassTable table = make_mass_table(file, mass_eV);
  if (tables.empty()) {
    ln_1pz = ln_1pz_of_file;
    z_max = file.redshifts.back();
    ln_k_min = table.ln_k.front();
    ln_k_max = table.ln_k.back();
  }
  if (ln_1pz != ln_1pz_of_file)
    throw InputError("{}: other redshifts than in the massless table", name);
  ln_k_min = std::max(ln_k_min, table.ln_k.front());
  ln_k_max = std::min(ln_k_max, table.ln_k.back());
  masses_eV.push_back(mass_eV);
  tables.push_back(std::move(table));
}

void LinearTables::Data::check_sigma8(const TableCosmology& cosmology,
                                      const std::string& directory) const {
  for (const auto& [mass_eV, stated] : cosmology.sigma8_cb) {
    require_mass(mass_eV);
    const Stencil today = redshift_stencil(0);
    const double found = sigma8(
        [&, mass = mass_eV](double k) {
          return power_from_transfer(cosmology.parameters, k,
                                     std::exp(ln_T_cb(std::log(k), today, mass)));
        },
        std::exp(ln_k_min), std::exp(ln_k_max));
    if (std::abs(found - stated) > 1e-3) {
      throw InputError("{}: sigma8 of the {} eV table is {:.5f}, cosmology.ini states {:.5f}",
                       directory, mass_eV, found, stated);
    }
  }
}

void LinearTables::Data::require_mass(double mass_eV) const {
  if (mass_eV >= 0 && mass_eV <= masses_eV.back()) return;
  throw InputError(
      "M_nu = {} eV lies outside the linear tables (0 to {} eV); make a table for it with "
      "tools/make_linear_tables.py",
      mass_eV, masses_eV.back());
}

Stencil LinearTables::Data::redshift_stencil(double redshift, bool slope) const {
  constexpr double rounding = 1e-9;
  if (redshift < -rounding || redshift > z_max * (1 + rounding)) {
    throw InputError("z = {} lies outside the linear tables (0 to {})", redshift, z_max);
  }
  const double x = std::log1p(std::clamp(redshift, 0.0, z_max));
  return slope ? slope_stencil(ln_1pz, x) : value_stencil(ln_1pz, x);
}

double LinearTables::Data::ln_T_cb(double ln_k, const Stencil& z, double mass_eV) const {
  const auto of_mass = [&](std::size_t table) {
    return tables[table].at(tables[table].ln_T_cb, z, value_stencil(tables[table].ln_k, ln_k));
  };
  const double massless = of_mass(0);
  if (mass_eV == 0) return massless;
  const Stencil masses = value_stencil(masses_eV, mass_eV);
  return massless + masses.sum([&](std::size_t m) { return m == 0 ? 0 : of_mass(m) - massless; });
}

LinearTables LinearTables::load(const par::Comm& comm, const std::filesystem::path& directory,
                                const Parameters& expected) {
  const TableTexts texts = read_table_texts(comm, directory);
  return par::agree(comm, [&] {
    const std::string name = directory.string();
    return LinearTables(
        std::make_shared<const Data>(parse_table_directory(texts, name, expected), name));
  });
}

const std::string& LinearTables::digest() const { return data_->digest; }
const std::vector<double>& LinearTables::masses_eV() const { return data_->masses_eV; }
double LinearTables::z_max() const { return data_->z_max; }
double LinearTables::k_min_hmpc() const { return std::exp(data_->ln_k_min); }
double LinearTables::k_max_hmpc() const { return std::exp(data_->ln_k_max); }

double LinearTables::T_cb(double k_hmpc, double redshift, double M_nu_eV) const {
  const Data& d = *data_;
  d.require_mass(M_nu_eV);
  const Stencil z = d.redshift_stencil(redshift);
  const double ln_k = std::log(k_hmpc);
  const double decade = std::log(10.0) * (1 + 1e-9);
  if (!(ln_k >= d.ln_k_min - decade && ln_k <= d.ln_k_max + decade)) {
    throw InputError(
        "k = {} h/Mpc lies more than a factor of ten outside the linear tables ({} to {})", k_hmpc,
        k_min_hmpc(), k_max_hmpc());
  }
  const double inside = d.ln_T_cb(std::clamp(ln_k, d.ln_k_min, d.ln_k_max), z, M_nu_eV);
  if (ln_k <= d.ln_k_max) return std::exp(inside);
  constexpr double slope_step = 0.2;
  const double slope = (inside - d.ln_T_cb(d.ln_k_max - slope_step, z, M_nu_eV)) / slope_step;
  return std::exp(inside + slope * (ln_k - d.ln_k_max));
}

double LinearTables::neutrino_ratio(double k_hmpc, double redshift, double M_nu_eV) const {
  const Data& d = *data_;
  d.require_mass(M_nu_eV);
  if (M_nu_eV == 0) return 0;
  const Stencil z = d.redshift_stencil(redshift);
  const double ln_k = std::clamp(std::log(k_hmpc), d.ln_k_min, d.ln_k_max);
  const std::span<const double> massive = std::span(d.masses_eV).subspan(1);
  // The table of every mass predicts the root at this mass. The predictions nearly agree and are
  // interpolated in M.
  const Stencil masses = value_stencil(massive, std::max(M_nu_eV, massive.front()));
  const double root = masses.sum([&](std::size_t m) {
    const MassTable& table = d.tables[m + 1];
    return scale_root(table.at(table.root, z, value_stencil(table.ln_k, ln_k)), table.mass_eV,
                      M_nu_eV);
  });
  return std::copysign(root * root, root);
}

double LinearTables::growth_rate(double k_hmpc, double redshift, double M_nu_eV) const {
  const Data& d = *data_;
  d.require_mass(M_nu_eV);
  const Stencil slope = d.redshift_stencil(redshift, true);
  return -d.ln_T_cb(std::clamp(std::log(k_hmpc), d.ln_k_min, d.ln_k_max), slope, M_nu_eV);
}

}  // namespace nubox::cosmology
