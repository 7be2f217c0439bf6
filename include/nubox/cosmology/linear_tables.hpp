#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "nubox/cosmology/parameters.hpp"
#include "nubox/par/comm.hpp"

namespace nubox::cosmology {

/// Boltzmann output on a ladder of neutrino masses: T_cb(k, z) and r = T_nu / T_cb (CAMB
/// convention -T/k^2, k in h/Mpc on the axis). Between rungs T_cb(M)/T_cb(0) and r are splined in M.
/// A directory of tables holds `cosmology.ini` (the parameters they were made with) and
/// `transfer_Mnu<eV>.txt` (columns as in configs/cosmology/README.md). Cheap to copy.
class LinearTables {
 public:
  /// Rank 0 reads, all ranks get a copy. Collective.
  /// @throws InputError if the tables belong to another cosmology (> 1e-3), hold non-finite values
  ///         or lack the massless rung; FileSystemError; agreed
  [[nodiscard]] static LinearTables load(const par::Comm& comm, const std::filesystem::path& directory,
                                         const Parameters& expected);

  [[nodiscard]] const std::vector<double>& masses_eV() const;
  /// Total-curvature-normalised transfer function of CDM + baryons. @throws InputError if the mass
  /// lies outside the ladder.
  [[nodiscard]] double T_cb(double k_hmpc, double redshift, double M_nu_eV) const;
  /// T_nu / T_cb; one at k -> 0, zero for M_nu = 0.
  [[nodiscard]] double neutrino_ratio(double k_hmpc, double redshift, double M_nu_eV) const;
  /// Highest tabulated redshift.
  [[nodiscard]] double z_max() const;

 private:
  struct Data;
  std::shared_ptr<const Data> data_;
};

}  // namespace nubox::cosmology
