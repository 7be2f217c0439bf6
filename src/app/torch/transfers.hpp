#pragma once

#include "nubox/fft/mesh_field.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/stats/box_spectra.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace nubox::app {

/// A gain at its knots for the log: " 1.0002 (0.10) ...".
[[nodiscard]] inline std::string gain_text(const std::vector<double>& gain,
                                           const std::vector<double>& knots) {
  std::string text;
  for (std::size_t j = 0; j < knots.size(); ++j) {
    text += fmt::format(" {:.4f} ({:.2f})", gain[j], knots[j]);
  }
  return text;
}

/// Transfer functions of several predicted boxes against the modes of their true densities, in the
/// bins of stats/box_spectra.hpp.
class Transfers {
 public:
  /// One of `boxes`. Collective.
  void add(const fft::MeshField& truth, const field::LatticeField& predicted_mpch,
           std::size_t boxes) {
    const auto modes = stats::particle_modes(truth.plan(), predicted_mpch);
    const std::vector<double> transfer = stats::compare_boxes(modes, truth).transfer;
    for (std::size_t b = 0; b < transfer.size(); ++b) {
      if (!std::isnan(transfer[b])) values_.push_back(transfer[b]);
      mean_[b] += transfer[b] / static_cast<double>(boxes);
    }
  }
  /// Box by box, bins that hold modes.
  [[nodiscard]] const std::vector<double>& values() const { return values_; }
  /// Over the boxes; NaN in bins without modes.
  [[nodiscard]] const std::vector<double>& mean() const { return mean_; }
  /// The mean for the log.
  [[nodiscard]] std::string row() const {
    std::string text;
    for (const double t : mean_) text += fmt::format(" {:7.4f}", t);
    return text;
  }
  /// The centres of the bins over it.
  [[nodiscard]] static std::string head() {
    std::string text;
    for (const double k : stats::spectra_centres_hmpc()) text += fmt::format(" {:7.2f}", k);
    return text;
  }

 private:
  std::vector<double> values_;
  std::vector<double> mean_ = std::vector<double>(stats::spectra_bins, 0.0);
};

}  // namespace nubox::app
