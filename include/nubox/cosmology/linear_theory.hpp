#pragma once

#include "nubox/cosmology/background.hpp"
#include "nubox/cosmology/linear_tables.hpp"

#include <memory>

namespace nubox::cosmology {

/// How neutrinos enter the Poisson equation: tabulated ratio T_nu/T_cb, the SuperEasy closure
/// (arXiv:2011.12504), or not at all (their mass then does not cluster).
enum class NeutrinoSource { table, supereasy, none };

/// Linear theory of one cosmology (one M_nu) with the equations of the simulator: growth of cb with
/// the neutrino source S(k,a), second-order growth, and the power spectrum back-scaled from a_out,
/// so that the linear power at a_out is exactly that of the Boltzmann code. Cheap to copy.
///
/// Valid from a_min() to a_max(); growth and source are constant in k beyond the tabulated range,
/// power follows LinearTables::T_cb. A call costs about half a microsecond: callers that need one
/// value per Fourier mode tabulate it. Outside these ranges the functions throw InputError.
class LinearTheory {
 public:
  /// Solves the growth equations, some 30 ms. Rank-local, the same on all ranks.
  /// @throws InputError if M_nu or a_out lies outside the tables, or for unphysical parameters
  LinearTheory(const Parameters& parameters, const LinearTables& tables, NeutrinoSource source,
               double a_out = 1.0);

  [[nodiscard]] const Background& background() const;
  [[nodiscard]] const Parameters& parameters() const;
  [[nodiscard]] NeutrinoSource neutrino_source() const;
  [[nodiscard]] double a_out() const;
  /// Start of the growth equations: the earliest scale factor of the tables.
  [[nodiscard]] double a_min() const;
  /// 1 with neutrino mass, whose response is tabulated until today; 1.12 without: a box may be the
  /// twin of a later massless one.
  [[nodiscard]] double a_max() const;
  /// Tabulated range of k.
  [[nodiscard]] double k_min_hmpc() const;
  [[nodiscard]] double k_max_hmpc() const;

  /// S(k,a) = (1 - f_nu) + f_nu r(k,a); exactly one for M_nu = 0.
  [[nodiscard]] double source(double k_hmpc, double a) const;
  /// r(k,a) = delta_nu / delta_cb of the chosen source; zero for M_nu = 0.
  [[nodiscard]] double neutrino_ratio(double k_hmpc, double a) const;
  /// Growth of cb, normalised to one at a_out.
  [[nodiscard]] double D1(double k_hmpc, double a) const;
  /// dlnD1/dlna.
  [[nodiscard]] double f1(double k_hmpc, double a) const;
  /// Small-scale second order: D2/D1^2 (about -3/7) and f2 = dlnD2/dlna.
  [[nodiscard]] double D2_over_D1_squared(double a) const;
  [[nodiscard]] double f2(double a) const;
  /// P_cb(k,a) in (Mpc/h)^3, back-scaled from a_out with D1.
  [[nodiscard]] double power_cb(double k_hmpc, double a) const;

 private:
  struct Solution;
  std::shared_ptr<const Solution> solution_;
};

/// sigma_8 of the cb field from its linear power.
[[nodiscard]] double sigma8_cb(const LinearTheory& theory, double a);
/// sigma_8 of all matter: delta_m = S delta_cb with the theory's own neutrino source.
[[nodiscard]] double sigma8_total(const LinearTheory& theory, double a);

/// R(k) = sqrt(P_cb,massive / P_cb,massless) at the common a_out: the linear filter.
[[nodiscard]] double amplitude_ratio(const LinearTheory& massive, const LinearTheory& massless,
                                     double k_hmpc);

}  // namespace nubox::cosmology
