#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/stats/box_spectra.hpp"

#include <string>
#include <vector>

namespace nubox::train {

/// A gain with its knots in h/Mpc, for the log: " 1.0002 (0.10) ...".
[[nodiscard]] std::string gain_text(const std::vector<double>& gain,
                                    const std::vector<double>& knots);

/// Transfer functions of several predicted boxes with respect to their true densities, in the bins
/// of stats/box_spectra.hpp.
class Transfers {
 public:
  /// Adds a box; `boxes` is their number in the end. Collective.
  void add(const fft::MeshField& truth, const field::LatticeField& predicted_mpch,
           std::size_t boxes);
  /// Of all boxes, one after the other, without bins that have no modes.
  [[nodiscard]] const std::vector<double>& values() const { return values_; }
  /// Mean over the boxes; NaN in bins without modes.
  [[nodiscard]] const std::vector<double>& mean() const { return mean_; }
  /// The mean as a row of a log table.
  [[nodiscard]] std::string row() const;
  /// The centres of the bins in h/Mpc, as heading of that table.
  [[nodiscard]] static std::string head();

 private:
  std::vector<double> values_;
  std::vector<double> mean_ = std::vector<double>(stats::spectra_bins, 0.0);
};

}  // namespace nubox::train
