#pragma once

#include "nubox/core/timer.hpp"
#include "nubox/field/lattice_field.hpp"

#include <cstddef>
#include <functional>
#include <span>

namespace nubox::sim {

/// Gravity solver for lattice particles. F(k) = (i k / k^2) S(k) delta_cb(k), in Mpc/h, so that F =
/// S psi1 in linear theory.
class Force {
 public:
  /// Called for each axis with the force on sites first, first + 1, ... of this rank, in
  /// consecutive pieces in lattice order. The values are invalid after the call.
  using UseForce =
      std::function<void(std::size_t axis, std::size_t first, std::span<const float> force_mpch)>;

  Force() = default;
  Force(const Force&) = delete;
  Force& operator=(const Force&) = delete;
  virtual ~Force() = default;

  /// Force on lattice particles displaced by `displacement_mpch`, with source(k_hmpc) = S(k). `use`
  /// may be called several times for a piece and has to add the parts. Collective.
  /// @throws NumericalError (agreed) if the painted mass is not the number of particles
  virtual void evaluate(const field::LatticeField& displacement_mpch,
                        const std::function<double(double k_hmpc)>& source,
                        const UseForce& use) = 0;

  /// Seconds of this rank by phase since construction.
  [[nodiscard]] virtual const PhaseTimes& times() const = 0;
};

}  // namespace nubox::sim
