#include "prior/rewind.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/progress.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/particles.hpp"
#include "nubox/sim/stepping.hpp"

#include "prior/mesh_force.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

#include <boost/math/tools/roots.hpp>

namespace nubox::prior {
namespace {

// Largest |ln s| per step.
constexpr double amplitude_per_step = 0.05;

/// Multiplies the incoherent part of the momenta by `damping`; the coherent part is unchanged.
void damp_momenta(sim::Particles& particles, const std::shared_ptr<const fft::Plan>& plan,
                  const RewindOptions& options) {
  if (options.velocity_damping == 1) return;
  field::apply_filter(particles.momentum_mpch, plan, [&](double k) {
    const double kr = k * options.velocity_smoothing_mpch;
    return options.velocity_damping + (1 - options.velocity_damping) * std::exp(-kr * kr / 2);
  });
}

/// Moves the particles along the grid. Without velocities the momenta stay half a step behind.
/// Collective.
/// @param force_mpch  on the particles as they are; null: evaluated
void move_back(sim::Particles& particles, const cosmology::LinearTheory& theory,
               std::span<const double> grid, std::size_t mesh_factor,
               std::shared_ptr<const field::LatticeField> force_mpch, Velocities velocities) {
  PriorMesh mesh(particles.displacement_mpch, mesh_factor);
  Progress progress("prior rewind", grid.size() - 1);
  const auto after_step = [&](std::size_t) {
    force_mpch.reset();  // its memory is wanted
    progress.step();
  };
  sim::integrate(particles, mesh, theory, grid,
                 {.after_step = after_step,
                  .first_force_mpch = force_mpch.get(),
                  .last_kick = velocities == Velocities::predicted});
}

}  // namespace

double rewind_epoch(const Theories& theories, double k_hmpc, double a_out) {
  const double s = theories.amplitude_ratio(k_hmpc);
  const auto growth = [&](double a) { return theories.massless.D1(k_hmpc, a); };
  const double wanted = s * growth(a_out);
  const double first = theories.massless.a_min(), last = theories.massless.a_max();
  if (!(growth(first) < wanted && wanted <= growth(last))) {
    throw InputError(
        "rewind: at no epoch between a = {2:.4f} and {3:.4f} does the massless box have the "
        "amplitude of the massive one at k = {4:g} h/Mpc, {0:.4f} of its own at a = {1:.4f}",
        s, a_out, first, last, k_hmpc);
  }
  // Bisection to the last bit, since growth is monotonic and a call takes a microsecond.
  const auto [low, high] = boost::math::tools::bisect(
      [&](double a) { return growth(a) < wanted ? -1.0 : 1.0; }, first, last,
      [](double a, double b) { return std::nextafter(a, b) == b; });
  return (low + high) / 2;
}

field::Box rewind(field::Box input, const Theories& theories, const RewindOptions& options,
                  const Gain& gain, Shared shared, Velocities velocities) {
  const double a_out = units::scale_factor(input.header.redshift);
  const par::Comm comm = input.displacement.comm();
  const double a_star =
      par::agree(comm, [&] { return rewind_epoch(theories, options.epoch_k_hmpc, a_out); });
  const double s = theories.amplitude_ratio(options.epoch_k_hmpc);
  const auto steps_needed =
      static_cast<std::size_t>(std::ceil(std::abs(std::log(s)) / amplitude_per_step));
  const std::size_t steps =
      options.steps > 0 ? options.steps : std::max<std::size_t>(2, steps_needed);

  io::FieldHeader header = input.header;
  sim::Particles particles = sim::to_particles(std::move(input));
  damp_momenta(particles, shared.plan, options);
  move_back(particles, theories.massless, sim::time_grid(a_out, a_star, steps, sim::Spacing::a),
            options.mesh_factor, std::move(shared.force_mpch), velocities);

  const auto factor = [&](double k) { return theories.amplitude_ratio(k) / s * gain(k); };
  field::apply_filter(particles.displacement_mpch, shared.plan, factor);
  // p = a^2 E f dx/dlnD, with dx/dD nearly independent of cosmology.
  const cosmology::LinearTheory& massive = theories.massive;
  const cosmology::LinearTheory& massless = theories.massless;
  if (velocities == Velocities::predicted) {
    const double expansion = a_out * a_out * massive.background().E(a_out) /
                             (a_star * a_star * massless.background().E(a_star));
    field::apply_filter(particles.momentum_mpch, shared.plan, [&](double k) {
      return expansion * massive.f1(k, a_out) / massless.f1(k, a_star) * factor(k);
    });
  }
  particles.a = a_out;
  header.extra["rewind_scale_factor"] = a_star;
  field::Box box = sim::to_box(std::move(particles), std::move(header));
  if (velocities == Velocities::omitted) box.velocity.reset();
  return box;
}

}  // namespace nubox::prior
