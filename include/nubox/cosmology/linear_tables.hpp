#pragma once

#include "nubox/cosmology/parameters.hpp"
#include "nubox/par/comm.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace nubox::cosmology {

/// Boltzmann output for a set of neutrino masses: T_cb(k, z) and r = T_nu / T_cb (CAMB convention
/// -T/k^2, k in h/Mpc on the axis). A directory of tables contains `cosmology.ini` (the parameters
/// they were made with) and `transfer_Mnu<eV>.txt` (configs/cosmology/README.md). Cheap to copy.
///
/// All axes are interpolated by local polynomials of degree 5: ln T_cb in ln k and ln(1+z), and
/// between tabulated masses ln[T_cb(M)/T_cb(0)] in M. The root of r is first scaled from each
/// tabulated mass to the requested one as if r = 1/(1 + k/kFS)^2 with kFS proportional to M (nearly
/// true: arXiv:2011.12504). The remainder that is interpolated hardly depends on M, and the
/// interpolation is accurate for small masses.
class LinearTables {
 public:
  /// Rank 0 reads, all ranks get a copy. Collective.
  /// @throws InputError if the tables belong to another cosmology (> 1e-3 in anything but A_s and
  ///         n_s, on which transfer functions do not depend), contain non-finite values, are
  ///         inconsistent or lack the massless table; FileSystemError; agreed
  [[nodiscard]] static LinearTables load(const par::Comm& comm,
                                         const std::filesystem::path& directory,
                                         const Parameters& expected);

  /// Checksum of the files, which is part of the identity of a run.
  [[nodiscard]] const std::string& digest() const;
  /// Tabulated masses, ascending, the first is zero.
  [[nodiscard]] const std::vector<double>& masses_eV() const;
  /// Total-curvature-normalised transfer function of CDM + baryons. Beyond the tabulated k it is
  /// constant below and a power law above.
  /// @throws InputError if the mass lies outside the tables, z outside [0, z_max], or k more than a
  ///         factor of ten outside [k_min, k_max]
  [[nodiscard]] double T_cb(double k_hmpc, double redshift, double M_nu_eV) const;
  /// T_nu / T_cb; one at k -> 0, zero for M_nu = 0. Constant beyond the tabulated k.
  [[nodiscard]] double neutrino_ratio(double k_hmpc, double redshift, double M_nu_eV) const;
  /// dlnT_cb/dlna.
  [[nodiscard]] double growth_rate(double k_hmpc, double redshift, double M_nu_eV) const;

  /// Highest tabulated redshift, and the range of k that the tables of all masses share.
  [[nodiscard]] double z_max() const;
  [[nodiscard]] double k_min_hmpc() const;
  [[nodiscard]] double k_max_hmpc() const;

 private:
  struct Data;
  explicit LinearTables(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

}  // namespace nubox::cosmology
