#include "train/transfers.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::train {

std::string gain_text(const std::vector<double>& gain, const std::vector<double>& knots) {
  std::string text;
  for (std::size_t j = 0; j < knots.size(); ++j) {
    text += fmt::format(" {:.4f} ({:.2f})", gain[j], knots[j]);
  }
  return text;
}

void Transfers::add(const fft::MeshField& truth, const field::LatticeField& predicted_mpch,
                    std::size_t boxes) {
  const auto modes = stats::particle_modes(truth.plan(), predicted_mpch);
  const std::vector<double> transfer = stats::compare_boxes(modes, truth).transfer;
  for (std::size_t b = 0; b < transfer.size(); ++b) {
    if (!std::isnan(transfer[b])) values_.push_back(transfer[b]);
    mean_[b] += transfer[b] / static_cast<double>(boxes);
  }
}

std::string Transfers::row() const {
  std::string text;
  for (const double t : mean_) text += fmt::format(" {:7.4f}", t);
  return text;
}

std::string Transfers::head() {
  std::string text;
  for (const double k : stats::spectra_centres_hmpc()) text += fmt::format(" {:7.2f}", k);
  return text;
}

}  // namespace nubox::train
