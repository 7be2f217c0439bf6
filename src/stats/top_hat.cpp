#include "nubox/stats/top_hat.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/top_hat_window.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/modes.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace nubox::stats {

void add_one(fft::MeshField& contrast) {
  for (std::size_t row = 0; row < contrast.layout().local().count * contrast.n(); ++row) {
    float* values = contrast.data() + row * contrast.row_floats();
    for (std::size_t z = 0; z < contrast.n(); ++z) values[z] += 1.0F;
  }
}

TopHat::TopHat(std::shared_ptr<const fft::Plan> plan, double box_size_mpch, double radius_mpch,
               TopHatKind kind)
    : plan_(std::move(plan)),
      box_size_mpch_(box_size_mpch),
      radius_mpch_(radius_mpch),
      kind_(kind) {
  par::agree(plan_->layout().comm(), [&] {
    if (radius_mpch > 0 && radius_mpch < 0.5 * box_size_mpch) return;
    throw UsageError(
        "a top-hat of {} Mpc/h does not fit a box of {} Mpc/h: the radius must lie between 0 and "
        "half the box (pdf.radius_mpch, residual.smoothing_mpch)",
        radius_mpch, box_size_mpch);
  });
  if (kind == TopHatKind::discrete) {
    make_discrete_kernel();
  } else {
    make_analytic_table();
  }
}

void TopHat::make_discrete_kernel() {
  fft::MeshField& kernel = kernel_.emplace(plan_, box_size_mpch_);
  const std::size_t n = kernel.n();
  const auto distance = [n](std::size_t i) { return static_cast<double>(std::min(i, n - i)); };
  // A radius of an integer number of cells includes the nodes on the sphere in spite of rounding.
  const double cells_radius = radius_mpch_ * static_cast<double>(n) / box_size_mpch_;
  const double limit2 = cells_radius * cells_radius * (1.0 + 1e-12);
  const par::Slab slab = kernel.layout().local();
  std::uint64_t inside = 0;
  for (std::size_t x = 0; x < slab.count; ++x) {
    const double dx = distance(slab.start + x);
    for (std::size_t y = 0; y < n; ++y) {
      const double dy = distance(y);
      if (dx * dx + dy * dy > limit2) continue;
      for (std::size_t z = 0; z < n; ++z) {
        if (dx * dx + dy * dy + distance(z) * distance(z) > limit2) continue;
        kernel.value(x, y, z) = 1.0F;
        ++inside;
      }
    }
  }
  cells_ = kernel.comm().all_reduce(inside);
  kernel.to_modes();
}

void TopHat::make_analytic_table() {
  const std::size_t half = plan_->layout().n() / 2;
  const double x_fundamental = 2.0 * units::pi / box_size_mpch_ * radius_mpch_;
  for (std::size_t norm2 = 0; norm2 <= 3 * half * half; ++norm2) {
    const double x = x_fundamental * std::sqrt(static_cast<double>(norm2));
    analytic_.push_back(static_cast<float>(top_hat_window(x)));
  }
}

fft::MeshField TopHat::smooth_ratio(const fft::MeshField& contrast_modes) const {
  fft::MeshField mesh(plan_, box_size_mpch_);
  smooth_contrast(contrast_modes, mesh);
  add_one(mesh);
  return mesh;
}

void TopHat::smooth_in_place(fft::MeshField& contrast_modes) const {
  smooth(contrast_modes, contrast_modes);
  add_one(contrast_modes);
}

void TopHat::smooth_contrast(const fft::MeshField& contrast_modes, fft::MeshField& smoothed) const {
  smoothed.reset_as_modes();
  smooth(contrast_modes, smoothed);
}

void TopHat::smooth(const fft::MeshField& modes, fft::MeshField& mesh) const {
  if (modes.is_real() || modes.n() != plan_->layout().n()) {
    throw InternalError("a top-hat on {}^3 modes cannot smooth this mesh of {}^3",
                        plan_->layout().n(), modes.n());
  }
  if (kernel_) {
    // The kernel is even, hence its modes are real. Convolution multiplies c_n by n^3 times them.
    const auto norm = static_cast<float>(std::pow(static_cast<double>(modes.n()), 3) /
                                         static_cast<double>(cells_));
    const std::size_t count = plan_->ky_slab().count * modes.n() * (modes.n() / 2 + 1);
    for (std::size_t i = 0; i < count; ++i) {
      mesh.modes()[i] = norm * kernel_->modes()[i].real() * modes.modes()[i];
    }
  } else {
    fft::for_each_mode(*plan_, [&](const fft::Mode& mode, std::size_t index) {
      mesh.modes()[index] =
          analytic_[static_cast<std::size_t>(mode.norm2())] * modes.modes()[index];
    });
  }
  mesh.to_real();
}

double TopHat::effective_radius_mpch() const {
  if (kind_ == TopHatKind::analytic) return radius_mpch_;
  const double cell = box_size_mpch_ / static_cast<double>(plan_->layout().n());
  return cell * std::cbrt(3.0 * static_cast<double>(cells_) / (4.0 * units::pi));
}

}  // namespace nubox::stats
