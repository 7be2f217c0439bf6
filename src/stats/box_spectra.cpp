#include "nubox/stats/box_spectra.hpp"

#include "nubox/stats/density.hpp"
#include "nubox/stats/power.hpp"

#include <array>
#include <cmath>
#include <limits>

namespace nubox::stats {

std::vector<double> spectra_centres_hmpc() {
  std::vector<double> k;
  for (std::size_t b = 0; b < spectra_bins; ++b) {
    k.push_back(spectra_first_hmpc + (static_cast<double>(b) + 0.5) * spectra_width_hmpc);
  }
  return k;
}

double BoxSpectra::error() const {
  double sum = 0, count = 0;
  for (std::size_t b = 0; b < transfer.size(); ++b) {
    if (std::isnan(transfer[b])) continue;
    sum += std::abs(transfer[b] - 1) + (1 - correlation[b]);
    ++count;
  }
  return sum / count;
}

fft::MeshField particle_modes(const std::shared_ptr<const fft::Plan>& plan,
                              field::LatticeField displacement_mpch) {
  io::FieldHeader header;
  header.n = displacement_mpch.n();
  header.box_size_mpch = displacement_mpch.box_size_mpch();
  const Tracers tracers({header, std::move(displacement_mpch), std::nullopt});
  return density_modes(tracers, plan, field::Assignment::cic);
}

BoxSpectra compare_boxes(const fft::MeshField& model, const fft::MeshField& target) {
  const PowerTable power = measure_power(model, &target, {});
  const double nyquist_hmpc = model.k_fundamental_hmpc() * static_cast<double>(model.n()) / 2;
  // Sums over modes of P_model, P_target and P_cross.
  std::array<std::array<double, 3>, spectra_bins> sums{};
  for (std::size_t i = 0; i < power.k_hmpc.size() && power.k_hmpc[i] < nyquist_hmpc; ++i) {
    const double bin = std::floor((power.k_hmpc[i] - spectra_first_hmpc) / spectra_width_hmpc);
    if (bin < 0 || bin >= static_cast<double>(spectra_bins)) continue;
    const auto modes = static_cast<double>(power.modes[i]);
    auto& sum = sums[static_cast<std::size_t>(bin)];
    sum[0] += modes * power.p_model[i];
    sum[1] += modes * power.p_target[i];
    sum[2] += modes * power.p_cross[i];
  }
  BoxSpectra spectra;
  for (const auto& [p_model, p_target, p_cross] : sums) {
    const bool measured = p_target > 0;
    const double none = std::numeric_limits<double>::quiet_NaN();
    spectra.transfer.push_back(measured ? transfer_of(p_model, p_target) : none);
    spectra.correlation.push_back(measured ? correlation_of(p_cross, p_model, p_target) : none);
  }
  return spectra;
}

}  // namespace nubox::stats
