#include "nubox/sim/initial_conditions.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/radial_table.hpp"
#include "nubox/field/lattice_fourier.hpp"

#include <array>

namespace nubox::sim {
namespace {

/// sum += factor field.
void add_scaled(const field::LatticeField& field, double factor, field::LatticeField& sum) {
  const std::span<const float> from = field.values();
  const std::span<float> to = sum.values();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] += static_cast<float>(factor) * from[i];
}

/// result(x) = the transform of i k weight(k) modes(k). Collective. @throws what `weight` throws
void gradient(const fft::MeshField& modes, const std::function<double(double k_hmpc)>& weight,
              field::LatticeField& result) {
  const fft::RadialTable table(modes, weight);
  const fft::DerivativeTable derivative = fft::spectral_derivative(modes);
  fft::MeshField work(modes.plan(), modes.box_size_mpch());
  for (std::size_t axis = 0; axis < 3; ++axis) {
    fft::weighted_gradient(modes, axis, derivative, table, work);
    work.to_real();
    field::copy_from_mesh(work, result, axis);
  }
}

/// Floats of the rows on this rank, including padding, which is never read.
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

}  // namespace

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

field::LatticeField zeldovich_displacement(const fft::MeshField& density_modes) {
  field::LatticeField displacement(density_modes.layout(), 3, density_modes.box_size_mpch());
  gradient(
      density_modes, [](double k) { return 1 / (k * k); }, displacement);
  return displacement;
}

std::vector<field::LatticeField> lagrangian_orders(const fft::MeshField& density_modes,
                                                   const cosmology::LinearTheory& theory, double a,
                                                   int lpt_order) {
  if (lpt_order != 1 && lpt_order != 2) {
    throw UsageError("simulate.lpt = {}: the order must be 1 (Zel'dovich) or 2", lpt_order);
  }
  std::vector<field::LatticeField> orders{zeldovich_displacement(density_modes)};
  if (lpt_order == 1) return orders;
  const fft::MeshField source = second_order_source(density_modes);
  const double growth2 = -theory.D2_over_D1_squared(a);
  orders.emplace_back(density_modes.layout(), 3, density_modes.box_size_mpch());
  gradient(
      source, [&](double k) { return growth2 / (k * k); }, orders.back());
  return orders;
}

Particles lagrangian_particles(const fft::MeshField& density_modes,
                               std::vector<field::LatticeField> orders,
                               const cosmology::LinearTheory& theory, double a) {
  const double a2E = a * a * theory.background().E(a);
  Particles particles{std::move(orders.at(0)),
                      field::LatticeField(density_modes.layout(), 3, density_modes.box_size_mpch()),
                      a};
  gradient(
      density_modes, [&](double k) { return a2E * theory.f1(k, a) / (k * k); },
      particles.momentum_mpch);
  if (orders.size() == 1) return particles;
  add_scaled(orders[1], 1, particles.displacement_mpch);
  add_scaled(orders[1], a2E * theory.f2(a), particles.momentum_mpch);
  return particles;
}

Particles lagrangian_particles(const fft::MeshField& density_modes,
                               const cosmology::LinearTheory& theory, double a, int lpt_order) {
  return lagrangian_particles(density_modes, lagrangian_orders(density_modes, theory, a, lpt_order),
                              theory, a);
}

Particles initial_conditions(const std::shared_ptr<const fft::Plan>& plan, double box_size_mpch,
                             const Noise& noise, const cosmology::LinearTheory& theory, double a,
                             int lpt_order) {
  const fft::MeshField density =
      gaussian_modes(plan, box_size_mpch, noise, [&](double k) { return theory.power_cb(k, a); });
  return lagrangian_particles(density, theory, a, lpt_order);
}

}  // namespace nubox::sim
