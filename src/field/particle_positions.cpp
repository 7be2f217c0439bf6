#include "nubox/field/particle_positions.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include <bit>
#include <cmath>

namespace nubox::field {
namespace {

/// Box fractions per box length.
constexpr double full_turn = 0x1p32;
/// Adding this number leaves the nearest integer in the low bits of a double, for |value| < limit:
/// rounding and periodic wrap in one instruction that compilers vectorise.
constexpr double rounding_offset = 0x1.8p52;
constexpr double limit = 0x1p51;

/// Wrapped fraction of a coordinate in units of 2^-32 box; `bad` is set for a coordinate that is
/// not finite or more than half a million boxes away.
BoxFraction to_fraction(double turns, bool& bad) {
  bad |= !(std::abs(turns) < limit);
  return static_cast<BoxFraction>(std::bit_cast<std::uint64_t>(turns + rounding_offset));
}

[[noreturn]] void report_bad_site(const LatticeField& field) {
  const std::size_t n = field.n();
  const double farthest_mpch = limit / full_turn * field.box_size_mpch();
  for (std::size_t c = 0; c < field.components(); ++c) {
    const auto values = field.component(c);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (std::abs(static_cast<double>(values[i])) < 0.5 * farthest_mpch) continue;
      throw NumericalError("displacement component {} is {} Mpc/h at lattice site ({}, {}, {})", c,
                           values[i], field.layout().local().start + i / (n * n), i / n % n, i % n);
    }
  }
  throw InternalError("a position is out of range while every displacement is in range");
}

}  // namespace

std::vector<ParticlePosition> lattice_positions(const LatticeField& displacement_mpch,
                                                double shift) {
  return par::agree(displacement_mpch.comm(), [&] {
    const LatticeField& field = displacement_mpch;
    if (field.components() != 3) {
      throw InternalError("a displacement needs 3 components, not {}", field.components());
    }
    const std::size_t n = field.n(), rows = field.layout().local().count * n;
    const double per_site = full_turn / static_cast<double>(n);
    const double per_mpch = full_turn / field.box_size_mpch();
    const double origin = shift * full_turn;
    std::vector<ParticlePosition> positions(field.local_sites());
    bool bad = false;
    for (std::size_t row = 0; row < rows; ++row) {
      const float* psi[3];
      for (std::size_t c = 0; c < 3; ++c) psi[c] = field.component(c).data() + row * n;
      const auto ix = static_cast<double>(field.layout().local().start + row / n);
      const double x = origin + ix * per_site;
      const double y = origin + static_cast<double>(row % n) * per_site;
      ParticlePosition* target = positions.data() + row * n;
      for (std::size_t iz = 0; iz < n; ++iz) {
        const double z = origin + static_cast<double>(static_cast<std::int64_t>(iz)) * per_site;
        target[iz] = {to_fraction(x + psi[0][iz] * per_mpch, bad),
                      to_fraction(y + psi[1][iz] * per_mpch, bad),
                      to_fraction(z + psi[2][iz] * per_mpch, bad)};
      }
    }
    if (bad) report_bad_site(field);
    return positions;
  });
}

std::vector<ParticlePosition> free_positions(const par::Comm& comm, double box_size_mpch,
                                             std::span<const float> positions_mpch, double shift) {
  return par::agree(comm, [&] {
    const double per_mpch = full_turn / box_size_mpch;
    const double origin = shift * full_turn;
    std::vector<ParticlePosition> positions(positions_mpch.size() / 3);
    for (std::size_t p = 0; p < positions.size(); ++p) {
      const float* x = positions_mpch.data() + 3 * p;
      bool bad = false;
      positions[p] = {to_fraction(origin + x[0] * per_mpch, bad),
                      to_fraction(origin + x[1] * per_mpch, bad),
                      to_fraction(origin + x[2] * per_mpch, bad)};
      if (bad) {
        throw NumericalError("position of local particle {} is ({}, {}, {}) Mpc/h", p, x[0], x[1],
                             x[2]);
      }
    }
    return positions;
  });
}

}  // namespace nubox::field
