#include "nubox/sim/cola_frame.hpp"

#include "nubox/core/error.hpp"

namespace nubox::sim {

ColaFrame::ColaFrame(std::vector<field::LatticeField> orders, cosmology::LinearTheory theory,
                     double a_initial)
    : orders_(std::move(orders)),
      theory_(std::move(theory)),
      k_small_scale_hmpc_(theory_.k_max_hmpc()),
      D1_initial_(theory_.D1(k_small_scale_hmpc_, a_initial)),
      D2_initial_(theory_.D2_over_D1_squared(a_initial)) {
  if (orders_.empty() || orders_.size() > 2) {
    throw InternalError("a COLA frame of {} orders", orders_.size());
  }
}

ColaFrame::Weights ColaFrame::displacement(double a) const {
  const double D1 = theory_.D1(k_small_scale_hmpc_, a) / D1_initial_;
  return {D1, theory_.D2_over_D1_squared(a) * D1 * D1 / D2_initial_};
}

ColaFrame::Weights ColaFrame::momentum(double a) const {
  const Weights x = displacement(a);
  const double a2E = a * a * theory_.background().E(a);
  return {a2E * theory_.f1(k_small_scale_hmpc_, a) * x.psi1, a2E * theory_.f2(a) * x.psi2};
}

ColaFrame::Weights ColaFrame::force(double a) const {
  const Weights x = displacement(a);
  const double f_cb = 1 - theory_.background().f_nu();
  return {theory_.source(k_small_scale_hmpc_, a) * x.psi1,
          f_cb * (x.psi2 - x.psi1 * x.psi1 / D2_initial_)};
}

void ColaFrame::add(const Weights& weights, std::size_t axis, std::size_t first,
                    std::span<float> sum) const {
  const double weight_of[2] = {weights.psi1, weights.psi2};
  for (std::size_t order = 0; order < orders_.size(); ++order) {
    const auto weight = static_cast<float>(weight_of[order]);
    const std::span<const float> psi = orders_[order].component(axis).subspan(first, sum.size());
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += weight * psi[i];
  }
}

void ColaFrame::shift_momentum(Particles& particles, double sign) const {
  const Weights frame = momentum(particles.a);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    add({sign * frame.psi1, sign * frame.psi2}, axis, 0, particles.momentum_mpch.component(axis));
  }
}

void ColaFrame::enter(Particles& particles) const { shift_momentum(particles, -1); }
void ColaFrame::leave(Particles& particles) const { shift_momentum(particles, 1); }

}  // namespace nubox::sim
