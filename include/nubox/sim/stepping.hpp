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

/// What a time grid is uniform in.
enum class Spacing { a, sqrt_a, ln_a };

/// The variable in which a grid of that spacing is uniform.
[[nodiscard]] double spacing_variable(double a, Spacing spacing);

/// steps + 1 scale factors from a0 to a1 (either may be the larger); ends are exact.
[[nodiscard]] std::vector<double> time_grid(double a0, double a1, std::size_t steps,
                                            Spacing spacing);

/// What an integration may be given besides particles and time grid.
struct IntegrationOptions {
  /// Moving frame that the momenta are relative to; none: plain particle-mesh steps.
  const ColaFrame* frame = nullptr;
  /// Step to begin with: that of an interrupted integration, whose particles stand at
  /// grid[first_step] with momenta half a step behind, as after_step saw them.
  std::size_t first_step = 0;
  /// Called after each step with its number, from 1. What it throws ends the integration.
  std::function<void(std::size_t step)> after_step{};
};

/// Kick-drift-kick leapfrog of the particles along `grid` (particles.a = grid[first_step];
/// descending grids integrate backward), with the exact kicks and drifts of the background and the
/// neutrino source S(k,a) of `theory` (arXiv:astro-ph/9710043). n steps cost n + 1 forces:
/// neighbouring half kicks share one. In a COLA frame the frame moves exactly and the kicks are
/// those of the force less the frame's. Collective.
/// @throws NumericalError (agreed) if a displacement is not finite or exceeds half the box
void integrate(Particles& particles, Force& force, const cosmology::LinearTheory& theory,
               std::span<const double> grid, const IntegrationOptions& options = {});

}  // namespace nubox::sim
