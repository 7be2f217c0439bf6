#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/sim/cola_frame.hpp"
#include "nubox/sim/force.hpp"
#include "nubox/sim/p3m_force.hpp"
#include "nubox/sim/particles.hpp"

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

namespace nubox::sim {

/// Variable in which a time grid is uniform.
enum class Spacing { a, sqrt_a, ln_a };

/// Value of that variable at scale factor a.
[[nodiscard]] double spacing_variable(double a, Spacing spacing);

/// steps + 1 scale factors from a0 to a1 (either may be the larger); ends are exact.
[[nodiscard]] std::vector<double> time_grid(double a0, double a1, std::size_t steps,
                                            Spacing spacing);

/// Epoch of the momenta while positions move from a0 to a1: the middle of the step.
[[nodiscard]] double middle(double a0, double a1);

/// Optional inputs of an integration.
struct IntegrationOptions {
  /// Moving frame to which the momenta are relative; none: plain steps.
  const ColaFrame* frame = nullptr;
  /// First step. Not 0 to continue an interrupted integration, whose particles are at
  /// grid[first_step] with momenta half a step behind, as passed to after_step.
  std::size_t first_step = 0;
  /// Called after each step with its number, from 1. An exception ends the integration.
  std::function<void(std::size_t step)> after_step{};
  /// Force on the particles at grid[first_step] with the source there, if the caller has it.
  const field::LatticeField* first_force_mpch = nullptr;
  /// False: the momenta stay at the middle of the last step, and the force at the end is not
  /// needed.
  bool last_kick = true;
};

/// Kick-drift-kick leapfrog of the particles along `grid` (particles.a = grid[first_step];
/// descending grids integrate backward), with the exact kicks and drifts of the background and the
/// neutrino source S(k,a) of `theory` (arXiv:astro-ph/9710043). n steps need n + 1 forces, since
/// adjacent half kicks share one. With a COLA frame the kicks are those of the force minus that on
/// the frame, whose own motion is exact. Collective.
/// @throws NumericalError (agreed) if a displacement is not finite or exceeds half the box
void integrate(Particles& particles, Force& force, const cosmology::LinearTheory& theory,
               std::span<const double> grid, const IntegrationOptions& options = {});

/// Steps that follow the largest acceleration a_max of any particle, one length for all: dt =
/// sqrt(2 accuracy softening / a_max), all physical (Springel 2005, arXiv:astro-ph/0505010, eq. 34,
/// ErrTolIntAccuracy).
struct AdaptiveSteps {
  /// Longest step, for quiet times: that of 250 steps uniform in sqrt(a) at z = 49.
  static constexpr double largest_dlna = 0.05;
  /// A run of shorter steps would not end; the shortest of useful runs are a hundred times as long.
  static constexpr double smallest_dlna = 1e-5;

  double accuracy = 0;
  double softening_mpch = 0;  ///< Plummer-equivalent, comoving
};

/// Length of a step at scale factor a, as dln a. Rank-local.
/// @throws NumericalError for one below the smallest
[[nodiscard]] double adaptive_step(const AdaptiveSteps& steps,
                                   const cosmology::Background& background, double a,
                                   double largest_force_mpch);

/// Where an adaptive integration stands between two steps.
struct AdaptivePosition {
  std::size_t step = 0;           ///< steps made
  double a_momentum = 0;          ///< epoch of the momenta, half a step behind the positions
  double largest_force_mpch = 0;  ///< at the start of the last step; it sets the next one
};

/// integrate() from particles.a forward to a_end in adaptive steps. The force is known when a step
/// is under way, so that each step takes its length from the force at the start of the one before.
///
/// @param position    where the integration stands (all zero: at its start); kept up to date
/// @param after_step  called after each step with its length
/// Collective. @throws NumericalError (agreed) as integrate() and adaptive_step()
void integrate_adaptively(Particles& particles, P3mForce& force,
                          const cosmology::LinearTheory& theory, double a_end,
                          const AdaptiveSteps& steps, AdaptivePosition& position,
                          const std::function<void(double dlna)>& after_step);

}  // namespace nubox::sim
