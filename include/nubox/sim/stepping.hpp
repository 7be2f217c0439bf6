#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/sim/cola_frame.hpp"
#include "nubox/sim/force.hpp"
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

/// Optional inputs of an integration.
struct IntegrationOptions {
  /// Moving frame to which the momenta are relative; none: plain steps.
  const ColaFrame* frame = nullptr;
  /// First step. Not 0 to continue an interrupted integration, whose particles are at
  /// grid[first_step] with momenta half a step behind, as passed to after_step.
  std::size_t first_step = 0;
  /// Called after each step with its number, from 1. An exception ends the integration.
  std::function<void(std::size_t step)> after_step{};
};

/// Kick-drift-kick leapfrog of the particles along `grid` (particles.a = grid[first_step];
/// descending grids integrate backward), with the exact kicks and drifts of the background and the
/// neutrino source S(k,a) of `theory` (arXiv:astro-ph/9710043). n steps need n + 1 forces, since
/// adjacent half kicks share one. With a COLA frame the kicks are those of the force minus that on
/// the frame, whose own motion is exact. Collective.
/// @throws NumericalError (agreed) if a displacement is not finite or exceeds half the box
void integrate(Particles& particles, Force& force, const cosmology::LinearTheory& theory,
               std::span<const double> grid, const IntegrationOptions& options = {});

}  // namespace nubox::sim
