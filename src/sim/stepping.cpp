#include "nubox/sim/stepping.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"

#include <cmath>
#include <optional>

namespace nubox::sim {
namespace {

/// Middle of a step: the epoch of the momenta while positions move from a0 to a1.
double middle(double a0, double a1) { return std::sqrt(a0 * a1); }

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

}  // namespace

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
  if (grid.size() == 1) return;
  const cosmology::Background& background = theory.background();
  double a_momentum = first == 0 ? grid[0] : middle(grid[first - 1], grid[first]);
  for (std::size_t j = first; j + 1 < grid.size(); ++j) {
    const double a_middle = middle(grid[j], grid[j + 1]);
    kick(particles, force, theory, options.frame, background.kick(a_momentum, a_middle));
    a_momentum = a_middle;
    move(particles, options.frame, background.drift(grid[j], grid[j + 1]), grid[j], grid[j + 1]);
    particles.a = grid[j + 1];
    require_in_box(particles);
    log::beat();
    if (options.after_step) options.after_step(j + 1);
  }
  kick(particles, force, theory, options.frame, background.kick(a_momentum, grid.back()));
}

}  // namespace nubox::sim
