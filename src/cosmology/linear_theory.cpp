#include "nubox/cosmology/linear_theory.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include "growth.hpp"
#include "linear_power.hpp"
#include "stencil.hpp"
#include "supereasy.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace nubox::cosmology {
namespace {

constexpr std::size_t growth_k_nodes = 256;
constexpr std::size_t growth_a_nodes = 129;  // to a = 1
constexpr std::size_t later_a_nodes = 3;     // of the massless cosmology
constexpr std::size_t power_k_nodes = 1024;
constexpr double growth_k_min_hmpc = 1e-4;

std::vector<double> uniform_nodes(double first, double last, std::size_t count) {
  std::vector<double> nodes(count);
  for (std::size_t i = 0; i < count; ++i) {
    nodes[i] = first + (last - first) * static_cast<double>(i) / static_cast<double>(count - 1);
  }
  return nodes;
}

}  // namespace

struct LinearTheory::Solution {
  Background background;
  LinearTables tables;
  NeutrinoSource source;
  double a_out;
  std::vector<double> ln_k, ln_a;   // growth nodes
  std::vector<double> table_ratio;  // r of the tables, [a][k]; empty for other sources
  FirstOrder first;                 // normalised at a_out
  SecondOrder second;
  std::vector<double> power_ln_k, ln_T;  // ln T_cb at a_out

  Solution(const Parameters& p, const LinearTables& t, NeutrinoSource s, double a);
  void solve_growth();

  [[nodiscard]] double clamped_ln_k(double k_hmpc) const {
    return std::clamp(std::log(k_hmpc), ln_k.front(), ln_k.back());
  }
  [[nodiscard]] double checked_ln_a(double a) const {
    constexpr double rounding = 1e-9;
    const double x = std::log(a);
    if (!(x >= ln_a.front() - rounding && x <= ln_a.back() + rounding)) {
      throw InputError("linear theory covers a = {:.6g} to {:.6g}, not {}", std::exp(ln_a.front()),
                       std::exp(ln_a.back()), a);
    }
    return std::clamp(x, ln_a.front(), ln_a.back());
  }
  /// Value of a [a][k] table.
  [[nodiscard]] double at(const std::vector<double>& table, double k_hmpc, double a) const {
    const Stencil k = value_stencil(ln_k, clamped_ln_k(k_hmpc));
    return value_stencil(ln_a, checked_ln_a(a)).sum([&](std::size_t ia) {
      const double* row = table.data() + ia * ln_k.size();
      return k.sum([&](std::size_t ik) { return row[ik]; });
    });
  }
  [[nodiscard]] double at(const std::vector<double>& table, double a) const {
    return value_stencil(ln_a, checked_ln_a(a)).sum([&](std::size_t ia) { return table[ia]; });
  }
  [[nodiscard]] double neutrino_ratio(double k_hmpc, double a) const;
  [[nodiscard]] double growth_source(double k_hmpc, double a) const;
};

LinearTheory::Solution::Solution(const Parameters& p, const LinearTables& t, NeutrinoSource s,
                                 double a)
    : background(p), tables(t), source(s), a_out(a) {
  const double redshift = std::max(0.0, 1 / a_out - 1);
  ln_k = uniform_nodes(std::log(std::max(growth_k_min_hmpc, tables.k_min_hmpc())),
                       std::log(tables.k_max_hmpc()), growth_k_nodes);
  ln_a = uniform_nodes(-std::log1p(tables.z_max()), 0.0, growth_a_nodes);
  if (p.M_nu_eV == 0) {
    const double step = -ln_a.front() / static_cast<double>(growth_a_nodes - 1);
    for (std::size_t i = 1; i <= later_a_nodes; ++i) ln_a.push_back(step * static_cast<double>(i));
  }
  power_ln_k = uniform_nodes(std::log(tables.k_min_hmpc() / 10), std::log(tables.k_max_hmpc() * 10),
                             power_k_nodes);
  for (const double x : power_ln_k) {
    ln_T.push_back(std::log(tables.T_cb(std::exp(x), redshift, p.M_nu_eV)));
  }
  solve_growth();
}

void LinearTheory::Solution::solve_growth() {
  const double mass_eV = background.parameters().M_nu_eV;
  if (mass_eV > 0 && source == NeutrinoSource::table) {
    for (const double x : ln_a) {
      const double redshift = std::clamp(std::expm1(-x), 0.0, tables.z_max());
      for (const double y : ln_k) {
        table_ratio.push_back(tables.neutrino_ratio(std::exp(y), redshift, mass_eV));
      }
    }
  }
  std::vector<double> rate;
  for (const double x : ln_k) {
    rate.push_back(tables.growth_rate(std::exp(x), tables.z_max(), mass_eV));
  }
  const double f_nu = background.f_nu();
  first = solve_first_order(background, ln_a, rate, [&](double x, std::vector<double>& S) {
    // S is evaluated at every k of the nodes with one stencil in a.
    const Stencil a = value_stencil(ln_a, x);
    for (std::size_t ik = 0; ik < ln_k.size(); ++ik) {
      S[ik] = table_ratio.empty() ? growth_source(std::exp(ln_k[ik]), std::exp(x))
                                  : 1 - f_nu + f_nu * a.sum([&](std::size_t ia) {
                                      return table_ratio[ia * ln_k.size() + ik];
                                    });
    }
  });
  second = solve_second_order(background, ln_a, rate.back());
  const Stencil out = value_stencil(ln_a, checked_ln_a(a_out));
  for (std::size_t ik = 0; ik < ln_k.size(); ++ik) {
    const double norm = out.sum([&](std::size_t ia) { return first.ln_D1[ia * ln_k.size() + ik]; });
    for (std::size_t ia = 0; ia < ln_a.size(); ++ia) first.ln_D1[ia * ln_k.size() + ik] -= norm;
  }
}

double LinearTheory::Solution::neutrino_ratio(double k_hmpc, double a) const {
  if (background.parameters().M_nu_eV == 0) return 0;
  if (source == NeutrinoSource::table) return at(table_ratio, k_hmpc, a);
  if (source == NeutrinoSource::supereasy) return supereasy_ratio(background, k_hmpc, a);
  return 0;
}

double LinearTheory::Solution::growth_source(double k_hmpc, double a) const {
  if (background.parameters().M_nu_eV == 0) return 1;
  const double f_nu = background.f_nu();
  return 1 - f_nu + f_nu * neutrino_ratio(k_hmpc, a);
}

LinearTheory::LinearTheory(const Parameters& parameters, const LinearTables& tables,
                           NeutrinoSource source, double a_out)
    : solution_(std::make_shared<const Solution>(parameters, tables, source, a_out)) {}

const Background& LinearTheory::background() const { return solution_->background; }
const Parameters& LinearTheory::parameters() const { return solution_->background.parameters(); }
NeutrinoSource LinearTheory::neutrino_source() const { return solution_->source; }
double LinearTheory::a_out() const { return solution_->a_out; }
double LinearTheory::a_min() const { return std::exp(solution_->ln_a.front()); }
double LinearTheory::a_max() const { return std::exp(solution_->ln_a.back()); }
double LinearTheory::k_min_hmpc() const { return solution_->tables.k_min_hmpc(); }
double LinearTheory::k_max_hmpc() const { return solution_->tables.k_max_hmpc(); }

double LinearTheory::source(double k_hmpc, double a) const {
  return solution_->growth_source(k_hmpc, a);
}

double LinearTheory::neutrino_ratio(double k_hmpc, double a) const {
  return solution_->neutrino_ratio(k_hmpc, a);
}

double LinearTheory::D1(double k_hmpc, double a) const {
  return std::exp(solution_->at(solution_->first.ln_D1, k_hmpc, a));
}

double LinearTheory::f1(double k_hmpc, double a) const {
  return solution_->at(solution_->first.f1, k_hmpc, a);
}

double LinearTheory::D2_over_D1_squared(double a) const {
  return solution_->at(solution_->second.D2_over_D1_squared, a);
}

double LinearTheory::f2(double a) const { return solution_->at(solution_->second.f2, a); }

double LinearTheory::power_cb(double k_hmpc, double a) const {
  const Solution& s = *solution_;
  const double x = std::log(k_hmpc);
  if (!(x >= s.power_ln_k.front() && x <= s.power_ln_k.back())) {
    throw InputError(
        "k = {} h/Mpc lies more than a factor of ten outside the linear tables ({} to {})", k_hmpc,
        k_min_hmpc(), k_max_hmpc());
  }
  const double ln_T = value_stencil(s.power_ln_k, x).sum([&](std::size_t i) { return s.ln_T[i]; });
  return power_from_transfer(parameters(), k_hmpc, D1(k_hmpc, a) * std::exp(ln_T));
}

double sigma8_cb(const LinearTheory& theory, double a) {
  return sigma8([&](double k) { return theory.power_cb(k, a); }, theory.k_min_hmpc(),
                theory.k_max_hmpc());
}

double sigma8_total(const LinearTheory& theory, double a) {
  const auto power = [&](double k) {
    const double source = theory.source(k, a);
    return source * source * theory.power_cb(k, a);
  };
  return sigma8(power, theory.k_min_hmpc(), theory.k_max_hmpc());
}

double amplitude_ratio(const LinearTheory& massive, const LinearTheory& massless, double k_hmpc) {
  if (massive.parameters() == massless.parameters()) return 1;
  return std::sqrt(massive.power_cb(k_hmpc, massive.a_out()) /
                   massless.power_cb(k_hmpc, massless.a_out()));
}

}  // namespace nubox::cosmology
