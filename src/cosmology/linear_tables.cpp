#include "nubox/cosmology/linear_tables.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"

#include "power.hpp"
#include "stencil.hpp"
#include "transfer_file.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

namespace nubox::cosmology {
namespace {

using Texts = std::map<std::string, std::string>;
constexpr const char* cosmology_file = "cosmology.ini";
constexpr std::string_view transfer_prefix = "transfer_Mnu", transfer_suffix = ".txt";

bool is_transfer_name(const std::string& name) {
  return name.size() > transfer_prefix.size() + transfer_suffix.size() &&
         name.starts_with(transfer_prefix) && name.ends_with(transfer_suffix);
}

std::string read_text(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream || !text) throw FileSystemError("{}: cannot be read", path.string());
  return text.str();
}

Texts read_directory(const std::filesystem::path& directory) {
  std::error_code error;
  Texts texts;
  for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name == cosmology_file || is_transfer_name(name)) texts[name] = read_text(entry->path());
  }
  if (error) {
    throw FileSystemError("{}: cannot list the directory of linear tables (cosmology.tables): {}",
                          directory.string(), error.message());
  }
  if (!texts.contains(cosmology_file)) {
    throw FileSystemError("{}: no {} in this directory of linear tables", directory.string(),
                          cosmology_file);
  }
  return texts;
}

Texts broadcast_texts(const par::Comm& comm, Texts texts) {
  std::uint64_t count = texts.size();
  comm.broadcast(std::span<std::uint64_t>(&count, 1));
  Texts all;
  auto entry = texts.begin();
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string name = comm.broadcast(comm.is_root() ? entry->first : std::string());
    all[name] = comm.broadcast(comm.is_root() ? entry->second : std::string());
    if (comm.is_root()) ++entry;
  }
  return all;
}

/// Root of r = T_nu / T_cb, in which the table is interpolated. It keeps the sign, since early on
/// and at high k T_nu is noise around zero. Near the horizon r exceeds one by 1e-4 at most; cut, so
/// that carry_root has no pole.
double signed_root(double ratio) {
  return std::copysign(std::sqrt(std::min(std::abs(ratio), 1.0)), ratio);
}

/// The root for mass M from that of a rung of mass M_rung: sqrt(r) = 1 / (1 + q / M) with q
/// independent of M, as in the SuperEasy closure (arXiv:2011.12504). Exact for M = M_rung, zero for
/// M = 0.
double carry_root(double root, double rung_mass_eV, double mass_eV) {
  return mass_eV * root / (mass_eV * root + rung_mass_eV * (1 - root));
}

struct Rung {
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

Rung make_rung(const TransferFile& file, double mass_eV) {
  Rung rung;
  rung.mass_eV = mass_eV;
  for (const double k : file.k_hmpc) rung.ln_k.push_back(std::log(k));
  for (const double T : file.T_cb) rung.ln_T_cb.push_back(std::log(T));
  for (std::size_t i = 0; i < file.T_nu.size(); ++i) {
    rung.root.push_back(signed_root(file.T_nu[i] / file.T_cb[i]));
  }
  return rung;
}

}  // namespace

struct LinearTables::Data {
  std::string digest;
  std::vector<double> masses_eV;
  std::vector<double> ln_1pz;
  std::vector<Rung> rungs;
  double z_max = 0;
  double ln_k_min = 0, ln_k_max = 0;

  Data(const Texts& texts, const std::string& directory, const Parameters& expected);

  void add(const TransferFile& file, double mass_eV, const std::string& name);
  void check_sigma8(const TableCosmology& cosmology, const std::string& directory) const;
  void require_mass(double mass_eV) const;
  [[nodiscard]] Stencil redshift_stencil(double redshift, bool slope = false) const;
  /// ln T_cb, or its derivative if z is a slope stencil, within the tabulated k.
  [[nodiscard]] double ln_T_cb(double ln_k, const Stencil& z, double mass_eV) const;
};

LinearTables::Data::Data(const Texts& texts, const std::string& directory,
                         const Parameters& expected) {
  const TableCosmology cosmology =
      parse_cosmology(texts.at(cosmology_file), directory + "/cosmology.ini");
  require_same_cosmology(cosmology.parameters, expected, directory + "/cosmology.ini");
  std::map<double, std::string> by_mass;
  std::string all;
  for (const auto& [name, text] : texts) {
    all += name + text;
    if (!is_transfer_name(name)) continue;
    const std::string mass(name, transfer_prefix.size(),
                           name.size() - transfer_prefix.size() - transfer_suffix.size());
    char* end = nullptr;
    const double mass_eV = std::strtod(mass.c_str(), &end);
    if (*end != '\0' || !(mass_eV >= 0) || !by_mass.emplace(mass_eV, name).second) {
      throw InputError("{}/{}: the name must give one neutrino mass in eV, each once", directory,
                       name);
    }
  }
  if (!by_mass.contains(0.0)) {
    throw InputError("{}: no transfer_Mnu0.txt; the massless table is always needed", directory);
  }
  for (const auto& [mass_eV, name] : by_mass) {
    const std::string path = directory + "/" + name;
    add(parse_transfer(texts.at(name), path, mass_eV > 0), mass_eV, path);
  }
  check_sigma8(cosmology, directory);
  digest = checksum_text(checksum_of(std::span<const char>(all)));
}

void LinearTables::Data::add(const TransferFile& file, double mass_eV, const std::string& name) {
  std::vector<double> ln_1pz_of_file;
  for (const double z : file.redshifts) ln_1pz_of_file.push_back(std::log1p(z));
  Rung rung = make_rung(file, mass_eV);
  if (rungs.empty()) {
    ln_1pz = ln_1pz_of_file;
    z_max = file.redshifts.back();
    ln_k_min = rung.ln_k.front();
    ln_k_max = rung.ln_k.back();
  }
  if (ln_1pz != ln_1pz_of_file)
    throw InputError("{}: other redshifts than in transfer_Mnu0.txt", name);
  ln_k_min = std::max(ln_k_min, rung.ln_k.front());
  ln_k_max = std::min(ln_k_max, rung.ln_k.back());
  if (mass_eV > 0) {
    const double limit = file.T_nu[0] / file.T_cb[0];
    if (std::abs(limit - 1) > 0.01) {
      throw InputError("{}: T_nu/T_cb = {} at the smallest k, z = 0, where it must tend to one",
                       name, limit);
    }
  }
  masses_eV.push_back(mass_eV);
  rungs.push_back(std::move(rung));
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
      "M_nu = {} eV lies outside the linear tables (0 to {} eV); add a rung with "
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
  const auto of_rung = [&](std::size_t rung) {
    return rungs[rung].at(rungs[rung].ln_T_cb, z, value_stencil(rungs[rung].ln_k, ln_k));
  };
  const double massless = of_rung(0);
  if (mass_eV == 0) return massless;
  const Stencil masses = value_stencil(masses_eV, mass_eV);
  return massless + masses.sum([&](std::size_t m) { return m == 0 ? 0 : of_rung(m) - massless; });
}

LinearTables LinearTables::load(const par::Comm& comm, const std::filesystem::path& directory,
                                const Parameters& expected) {
  Texts texts =
      par::agree(comm, [&] { return comm.is_root() ? read_directory(directory) : Texts(); });
  texts = broadcast_texts(comm, std::move(texts));
  return par::agree(comm, [&] {
    return LinearTables(std::make_shared<const Data>(texts, directory.string(), expected));
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
  // Every rung predicts the root at this mass; they nearly agree, and interpolation in M does the
  // rest.
  const Stencil masses = value_stencil(massive, std::max(M_nu_eV, massive.front()));
  const double root = masses.sum([&](std::size_t m) {
    const Rung& rung = d.rungs[m + 1];
    return carry_root(rung.at(rung.root, z, value_stencil(rung.ln_k, ln_k)), rung.mass_eV, M_nu_eV);
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
