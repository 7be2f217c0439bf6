#include "nubox/sim/initial_conditions.hpp"

#include "nubox/core/error.hpp"
#include "nubox/field/lattice_fourier.hpp"

#include "sim/radial_table.hpp"

#include <array>

namespace nubox::sim {
namespace {

/// field_c += factor mesh for a mesh in real state.
void add_scaled(const fft::MeshField& mesh, double factor, field::LatticeField& field,
                std::size_t c) {
  const std::size_t n = mesh.n();
  const std::span<float> values = field.component(c);
  for (std::size_t row = 0; row < values.size() / n; ++row) {
    for (std::size_t iz = 0; iz < n; ++iz) {
      values[row * n + iz] +=
          static_cast<float>(factor) * mesh.data()[row * mesh.row_floats() + iz];
    }
  }
}

/// Floats of the rows on this rank, padding (which is never read) included.
std::span<float> rows(fft::MeshField& mesh) {
  return {mesh.data(), mesh.layout().local().count * mesh.n() * mesh.row_floats()};
}

/// result += sign a b, point by point.
void add_product(fft::MeshField& a, fft::MeshField& b, float sign, fft::MeshField& result) {
  const std::span<const float> left = rows(a), right = rows(b);
  const std::span<float> sum = rows(result);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += sign * left[i] * right[i];
}

/// out(x) = phi_ij, the transform of k_i k_j delta / k^2. Collective.
void second_derivative(const fft::MeshField& density_modes, std::size_t i, std::size_t j,
                       fft::MeshField& out) {
  out.reset_as_modes();
  fft::for_each_mode(*out.plan(), [&](const fft::Mode& mode, std::size_t index) {
    if (mode.is_zero()) return;
    const std::array<int, 3> wave = {mode.nx, mode.ny, mode.nz};
    const float factor = static_cast<float>(static_cast<double>(wave[i]) * wave[j] /
                                            static_cast<double>(mode.norm2()));
    out.modes()[index] = factor * density_modes.modes()[index];
  });
  out.to_real();
}

/// S2(k), the source of the second order, from the modes of the linear density: sums over pairs of
/// axes of phi_ii phi_jj - phi_ij^2. Collective.
fft::MeshField second_order_source(const fft::MeshField& density_modes) {
  const auto new_mesh = [&] {
    return fft::MeshField(density_modes.plan(), density_modes.box_size_mpch());
  };
  fft::MeshField source = new_mesh(), a = new_mesh(), b = new_mesh();
  second_derivative(density_modes, 0, 0, a);
  second_derivative(density_modes, 1, 1, b);
  add_product(a, b, 1, source);
  const std::span<float> sum = rows(a), addend = rows(b);
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += addend[i];
  second_derivative(density_modes, 2, 2, b);
  add_product(a, b, 1, source);
  for (const auto& [i, j] : {std::pair<std::size_t, std::size_t>{0, 1}, {0, 2}, {1, 2}}) {
    second_derivative(density_modes, i, j, a);
    add_product(a, a, -1, source);
  }
  source.to_modes();
  return source;
}

}  // namespace

field::LatticeField zeldovich_displacement(const fft::MeshField& density_modes) {
  field::LatticeField displacement(density_modes.layout(), 3, density_modes.box_size_mpch());
  const RadialTable inverse_k2(density_modes, [](double k) { return 1 / (k * k); });
  const DerivativeTable derivative = spectral_derivative(density_modes);
  fft::MeshField work(density_modes.plan(), density_modes.box_size_mpch());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    weighted_gradient(density_modes, axis, derivative, inverse_k2, work);
    work.to_real();
    field::copy_from_mesh(work, displacement, axis);
  }
  return displacement;
}

Particles lagrangian_particles(const fft::MeshField& density_modes,
                               const cosmology::LinearTheory& theory, double a, int lpt_order) {
  if (lpt_order != 1 && lpt_order != 2) {
    throw UsageError("simulate.lpt = {}: the order must be 1 (Zel'dovich) or 2", lpt_order);
  }
  const double box = density_modes.box_size_mpch();
  Particles particles{zeldovich_displacement(density_modes),
                      field::LatticeField(density_modes.layout(), 3, box), a};
  const double a2E = a * a * theory.background().E(a);
  const RadialTable rate(density_modes, [&](double k) { return a2E * theory.f1(k, a) / (k * k); });
  const DerivativeTable derivative = spectral_derivative(density_modes);
  fft::MeshField work(density_modes.plan(), box);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    weighted_gradient(density_modes, axis, derivative, rate, work);
    work.to_real();
    field::copy_from_mesh(work, particles.momentum_mpch, axis);
  }
  if (lpt_order == 1) return particles;

  const fft::MeshField source = second_order_source(density_modes);
  const double growth2 = -theory.D2_over_D1_squared(a);
  const RadialTable weight(density_modes, [&](double k) { return growth2 / (k * k); });
  for (std::size_t axis = 0; axis < 3; ++axis) {
    weighted_gradient(source, axis, derivative, weight, work);
    work.to_real();
    add_scaled(work, 1, particles.displacement_mpch, axis);
    add_scaled(work, a2E * theory.f2(a), particles.momentum_mpch, axis);
  }
  return particles;
}

Particles initial_conditions(const std::shared_ptr<const fft::Plan>& plan, double box_size_mpch,
                             const Noise& noise, const cosmology::LinearTheory& theory, double a,
                             int lpt_order) {
  const fft::MeshField density =
      gaussian_modes(plan, box_size_mpch, noise, [&](double k) { return theory.power_cb(k, a); });
  return lagrangian_particles(density, theory, a, lpt_order);
}

}  // namespace nubox::sim
