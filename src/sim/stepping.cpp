#include "nubox/sim/stepping.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

namespace nubox::sim {
namespace {

/// p += factor (F - F_frame) with the force at positions and epoch of the particles.
void kick(Particles& particles, Force& force, const cosmology::LinearTheory& theory,
          const ColaFrame* frame, double factor) {
  const auto source = [&](double k) { return theory.source(k, particles.a); };
  const float scale = static_cast<float>(factor);
  ColaFrame::Weights frame_kick;
  if (frame != nullptr) {
    const ColaFrame::Weights frame_force = frame->force(particles.a);
    frame_kick = {-factor * frame_force.psi1, -factor * frame_force.psi2};
  }
  force.evaluate(particles.displacement_mpch, source,
                 [&](std::size_t axis, std::size_t first, std::span<const float> force_mpch) {
                   const std::span<float> p =
                       particles.momentum_mpch.component(axis).subspan(first, force_mpch.size());
                   for (std::size_t i = 0; i < p.size(); ++i) p[i] += scale * force_mpch[i];
                   if (frame != nullptr) frame->add(frame_kick, axis, first, p);
                 });
}

/// p += factor F with a known force.
void kick(Particles& particles, const field::LatticeField& force_mpch, double factor) {
  const auto scale = static_cast<float>(factor);
  const std::span<float> p = particles.momentum_mpch.values();
  const std::span<const float> f = force_mpch.values();
  for (std::size_t i = 0; i < p.size(); ++i) p[i] += scale * f[i];
}

/// x += factor p, plus the motion of the frame from a0 to a1.
void move(Particles& particles, const ColaFrame* frame, double factor, double a0, double a1) {
  const std::span<float> x = particles.displacement_mpch.values();
  const std::span<const float> p = particles.momentum_mpch.values();
  const float scale = static_cast<float>(factor);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] += scale * p[i];
  if (frame == nullptr) return;
  const ColaFrame::Weights from = frame->displacement(a0), to = frame->displacement(a1);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    frame->add({to.psi1 - from.psi1, to.psi2 - from.psi2}, axis, 0,
               particles.displacement_mpch.component(axis));
  }
}

/// Checks that all displacements are finite and at most half the box. Collective.
void require_in_box(const Particles& particles) {
  const float limit = static_cast<float>(particles.displacement_mpch.box_size_mpch() / 2);
  std::size_t lost = 0;
  for (const float x : particles.displacement_mpch.values()) lost += std::abs(x) <= limit ? 0 : 1;
  std::optional<Error> failure;
  if (lost > 0) {
    failure = NumericalError(
        "{} displacement components are not finite or exceed half the box of {} Mpc/h (next to "
        "a = {:.4f}): use more steps or a larger box",
        lost, 2 * limit, particles.a);
  }
  par::agree_on(particles.displacement_mpch.comm(), failure);
}

/// A step of the leapfrog to a1, with momenta at `a_momentum` before; returns their epoch after it,
/// the middle of the step. Collective.
/// @param known_mpch  the force at the start of the step; null: evaluated
double step_to(double a1, Particles& particles, Force& force, const cosmology::LinearTheory& theory,
               const ColaFrame* frame, double a_momentum,
               const field::LatticeField* known_mpch = nullptr) {
  const double a0 = particles.a, a_middle = middle(a0, a1);
  const double factor = theory.background().kick(a_momentum, a_middle);
  if (known_mpch != nullptr) {
    kick(particles, *known_mpch, factor);
  } else {
    kick(particles, force, theory, frame, factor);
  }
  move(particles, frame, theory.background().drift(a0, a1), a0, a1);
  particles.a = a1;
  require_in_box(particles);
  log::beat();
  return a_middle;
}

}  // namespace

double middle(double a0, double a1) { return std::sqrt(a0 * a1); }

double spacing_variable(double a, Spacing spacing) {
  switch (spacing) {
    case Spacing::a:
      return a;
    case Spacing::sqrt_a:
      return std::sqrt(a);
    case Spacing::ln_a:
      return std::log(a);
  }
  throw InternalError("spacing without a variable");
}

std::vector<double> time_grid(double a0, double a1, std::size_t steps, Spacing spacing) {
  const double s0 = spacing_variable(a0, spacing), s1 = spacing_variable(a1, spacing);
  const auto inverse = [&](double s) {
    return spacing == Spacing::a ? s : spacing == Spacing::sqrt_a ? s * s : std::exp(s);
  };
  std::vector<double> grid(steps + 1);
  for (std::size_t j = 0; j <= steps; ++j) {
    const double t = static_cast<double>(j) / static_cast<double>(steps);
    grid[j] = inverse(s0 + t * (s1 - s0));
  }
  grid.front() = a0;
  grid.back() = a1;
  return grid;
}

void integrate(Particles& particles, Force& force, const cosmology::LinearTheory& theory,
               std::span<const double> grid, const IntegrationOptions& options) {
  const std::size_t first = options.first_step;
  if (first >= grid.size() || grid[first] != particles.a) {
    throw InternalError("step {} of the time grid does not start at the particles' a = {}", first,
                        particles.a);
  }
  if (options.frame != nullptr && options.first_force_mpch != nullptr) {
    throw InternalError("a known force and a moving frame at once");
  }
  if (grid.size() == 1) return;
  double a_momentum = first == 0 ? grid[0] : middle(grid[first - 1], grid[first]);
  for (std::size_t j = first; j + 1 < grid.size(); ++j) {
    a_momentum = step_to(grid[j + 1], particles, force, theory, options.frame, a_momentum,
                         j == first ? options.first_force_mpch : nullptr);
    if (options.after_step) options.after_step(j + 1);
  }
  if (!options.last_kick) return;
  kick(particles, force, theory, options.frame, theory.background().kick(a_momentum, grid.back()));
}

double adaptive_step(const AdaptiveSteps& steps, const cosmology::Background& background, double a,
                     double largest_force_mpch) {
  const double square = 2 * steps.accuracy * steps.softening_mpch /
                        (1.5 * background.parameters().Omega_m * largest_force_mpch);
  const double dlna =
      std::min(background.E(a) * std::sqrt(a * a * a * square), AdaptiveSteps::largest_dlna);
  if (dlna >= AdaptiveSteps::smallest_dlna) return dlna;
  throw NumericalError(
      "the time step collapsed to dln a = {:.1e} at a = {:.4f} (largest force {:.3g} Mpc/h; steps "
      "below {:.0e} end no run): raise simulate.accuracy = {:g} or the softening of {:g} Mpc/h",
      dlna, a, largest_force_mpch, AdaptiveSteps::smallest_dlna, steps.accuracy,
      steps.softening_mpch);
}

void integrate_adaptively(Particles& particles, P3mForce& force,
                          const cosmology::LinearTheory& theory, double a_end,
                          const AdaptiveSteps& steps, AdaptivePosition& position,
                          const std::function<void(double dlna)>& after_step) {
  const auto largest_force = [&] {
    return particles.displacement_mpch.comm().all_reduce(force.largest_mpch(), par::Reduction::max);
  };
  if (position.step == 0) {
    kick(particles, force, theory, nullptr, 0);
    position.a_momentum = particles.a;
    position.largest_force_mpch = largest_force();
  }
  while (particles.a < a_end) {
    const double dlna = par::agree(particles.displacement_mpch.comm(), [&] {
      return adaptive_step(steps, theory.background(), particles.a, position.largest_force_mpch);
    });
    // Equal steps to the end if the force stayed as it is: no sliver is left.
    const double left = std::log(a_end / particles.a), count = std::ceil(left / dlna);
    const double a1 = count <= 1 ? a_end : particles.a * std::exp(left / count);
    position.a_momentum = step_to(a1, particles, force, theory, nullptr, position.a_momentum);
    position.largest_force_mpch = largest_force();
    ++position.step;
    after_step(left / count);
  }
  kick(particles, force, theory, nullptr, theory.background().kick(position.a_momentum, a_end));
  position.a_momentum = a_end;
}

}  // namespace nubox::sim
