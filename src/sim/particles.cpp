#include "nubox/sim/particles.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/periodic.hpp"

#include <cmath>
#include <utility>

namespace nubox::sim {
namespace {

/// to = from * factor, element by element.
void scale(std::span<const float> from, double factor, std::span<float> to) {
  for (std::size_t i = 0; i < from.size(); ++i) {
    to[i] = static_cast<float>(factor * static_cast<double>(from[i]));
  }
}

}  // namespace

field::Box to_box(Particles particles, io::FieldHeader header) {
  const double box_size_mpch = particles.displacement_mpch.box_size_mpch();
  header.box_size_mpch = box_size_mpch;
  header.n = particles.displacement_mpch.n();
  if (std::abs(units::scale_factor(header.redshift) / particles.a - 1) > 1e-12) {
    header.redshift = 1 / particles.a - 1;
  }
  field::Box box{std::move(header), std::move(particles.displacement_mpch),
                 std::move(particles.momentum_mpch)};
  for (float& x : box.displacement.values()) {
    x = static_cast<float>(field::minimum_image_of_any(x, box_size_mpch));
  }
  const std::span<float> velocity_kms = box.velocity->values();
  scale(velocity_kms, units::velocity_kms(1, particles.a), velocity_kms);
  return box;
}

Particles to_particles(field::Box box) {
  if (!box.velocity) throw InputError("the box has no velocities: particles cannot move");
  const double a = units::scale_factor(box.header.redshift);
  Particles particles{std::move(box.displacement), std::move(*box.velocity), a};
  const std::span<float> momentum_mpch = particles.momentum_mpch.values();
  scale(momentum_mpch, units::momentum_mpch(1, a), momentum_mpch);
  return particles;
}

}  // namespace nubox::sim
