#include "nubox/stats/marked.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/stats/top_hat.hpp"

#include "stats/mesh_values.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::stats {
namespace {

/// 1 + delta in real space.
fft::MeshField density_of(const fft::MeshField& contrast_modes) {
  fft::MeshField density(contrast_modes.plan(), contrast_modes.box_size_mpch());
  density.reset_as_modes();
  const std::size_t floats =
      contrast_modes.plan()->ky_slab().count * contrast_modes.n() * contrast_modes.row_floats();
  std::copy_n(contrast_modes.data(), floats, density.data());
  density.to_real();
  add_one(density);
  return density;
}

}  // namespace

double mark_of(double smoothed_contrast, const MarkOptions& options) {
  return std::pow((1 + options.delta_s) / (1 + options.delta_s + smoothed_contrast), options.p);
}

fft::MeshField marked_modes(const fft::MeshField& contrast_modes, const MarkOptions& options) {
  const par::Comm comm = contrast_modes.comm();
  const TopHat filter(contrast_modes.plan(), contrast_modes.box_size_mpch(), options.radius_mpch,
                      TopHatKind::analytic);
  fft::MeshField marked = density_of(contrast_modes);
  double sum = 0;
  {
    fft::MeshField smooth(contrast_modes.plan(), contrast_modes.box_size_mpch());
    filter.smooth_contrast(contrast_modes, smooth);
    par::agree(comm, [&] {
      for (std::size_t row = 0; row < marked.layout().local().count * marked.n(); ++row) {
        float* density = marked.data() + row * marked.row_floats();
        const float* contrast = smooth.data() + row * smooth.row_floats();
        for (std::size_t z = 0; z < marked.n(); ++z) {
          const double mark = mark_of(contrast[z], options);
          if (!std::isfinite(mark)) {
            throw NumericalError("a smoothed contrast of {} has no mark with delta_s = {}, p = {}",
                                 contrast[z], options.delta_s, options.p);
          }
          density[z] = static_cast<float>(mark * density[z]);
          sum += density[z];
        }
      }
    });
  }
  const double mean = comm.all_reduce(sum) / std::pow(static_cast<double>(marked.n()), 3);
  const auto scale = static_cast<float>(1 / mean);
  for (std::size_t row = 0; row < marked.layout().local().count * marked.n(); ++row) {
    float* values = marked.data() + row * marked.row_floats();
    for (std::size_t z = 0; z < marked.n(); ++z) values[z] = values[z] * scale - 1.0F;
  }
  marked.to_modes();
  return marked;
}

}  // namespace nubox::stats
