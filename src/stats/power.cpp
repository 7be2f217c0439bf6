#include "nubox/stats/power.hpp"

#include "nubox/core/error.hpp"

#include "stats/mode_bins.hpp"

#include <cmath>

namespace nubox::stats {
namespace {

/// <|c1|^2>, and with a target <|c2|^2> and <Re(c1 conj(c2))>, over W^2.
ModeBins<1> auto_bins(const fft::MeshField& model, const PowerOptions& options) {
  const field::InverseWindow inverse(options.assignment, model.n(),
                                     field::InverseWindow::Of::power);
  const auto fill = [&](const fft::ModeRow& row, RowValues<1>& values) {
    const float* a = reinterpret_cast<const float*>(model.modes() + row.first);
    const double xy = inverse(row.nx) * inverse(row.ny);
    const double* z_factor = inverse.values().data();
    double* power = values[0].data();
    for (std::size_t z = 0; z < values[0].size(); ++z) {
      const double re = a[2 * z], im = a[2 * z + 1];
      power[z] = xy * z_factor[z] * (re * re + im * im);
    }
  };
  return sum_mode_bins<1>(*model.plan(), options.interlaced, fill);
}

ModeBins<3> cross_bins(const fft::MeshField& model, const fft::MeshField& target,
                       const PowerOptions& options) {
  const field::InverseWindow inverse(options.assignment, model.n(),
                                     field::InverseWindow::Of::power);
  const auto fill = [&](const fft::ModeRow& row, RowValues<3>& values) {
    const float* a = reinterpret_cast<const float*>(model.modes() + row.first);
    const float* b = reinterpret_cast<const float*>(target.modes() + row.first);
    const double xy = inverse(row.nx) * inverse(row.ny);
    const double* z_factor = inverse.values().data();
    double* first = values[0].data();
    double* second = values[1].data();
    double* cross = values[2].data();
    for (std::size_t z = 0; z < values[0].size(); ++z) {
      const double factor = xy * z_factor[z];
      const double a_re = a[2 * z], a_im = a[2 * z + 1], b_re = b[2 * z], b_im = b[2 * z + 1];
      first[z] = factor * (a_re * a_re + a_im * a_im);
      second[z] = factor * (b_re * b_re + b_im * b_im);
      cross[z] = factor * (a_re * b_re + a_im * b_im);
    }
  };
  return sum_mode_bins<3>(*model.plan(), options.interlaced, fill);
}

/// Columns that auto and cross bins have in common.
template <std::size_t channels>
PowerTable start_table(const ModeBins<channels>& bins, const fft::MeshField& model,
                       const PowerOptions& options) {
  const double volume = std::pow(model.box_size_mpch(), 3);
  PowerTable table;
  table.k_edges_hmpc = bins.k_edges_hmpc(model.k_fundamental_hmpc());
  table.k_hmpc = bins.k_mean_hmpc(model.k_fundamental_hmpc());
  table.modes = bins.modes;
  const auto noise = [&](double particles) { return particles > 0 ? volume / particles : 0.0; };
  table.shot_noise = noise(options.particles);
  table.shot_noise_target = noise(options.target_particles);
  return table;
}

void check_fields(const fft::MeshField& model, const fft::MeshField* target) {
  if (model.is_real() || (target != nullptr && target->is_real())) {
    throw InternalError("power spectra are measured from Fourier modes");
  }
  if (target != nullptr &&
      (target->n() != model.n() || target->box_size_mpch() != model.box_size_mpch())) {
    throw InternalError("power of fields on two meshes: {}^3 in {} Mpc/h, {}^3 in {} Mpc/h",
                        model.n(), model.box_size_mpch(), target->n(), target->box_size_mpch());
  }
}

}  // namespace

PowerTable measure_power(const fft::MeshField& model, const fft::MeshField* target,
                         const PowerOptions& options) {
  check_fields(model, target);
  const double volume = std::pow(model.box_size_mpch(), 3);
  if (target == nullptr) {
    const auto bins = auto_bins(model, options);
    PowerTable table = start_table(bins, model, options);
    const double noise = options.subtract_shot_noise ? table.shot_noise : 0.0;
    for (std::size_t b = 0; b < bins.size(); ++b) {
      table.p_model.push_back(volume * bins.mean(b, 0) - noise);
    }
    return table;
  }
  const auto bins = cross_bins(model, *target, options);
  PowerTable table = start_table(bins, model, options);
  const double noise = options.subtract_shot_noise ? table.shot_noise : 0.0;
  const double target_noise = options.subtract_shot_noise ? table.shot_noise_target : 0.0;
  for (std::size_t b = 0; b < bins.size(); ++b) {
    table.p_model.push_back(volume * bins.mean(b, 0) - noise);
    table.p_target.push_back(volume * bins.mean(b, 1) - target_noise);
    table.p_cross.push_back(volume * bins.mean(b, 2));
    table.transfer.push_back(transfer_of(table.p_model[b], table.p_target[b]));
    table.correlation.push_back(
        correlation_of(table.p_cross[b], table.p_model[b], table.p_target[b]));
  }
  return table;
}

}  // namespace nubox::stats
