#include "nubox/sim/pm_force.hpp"

#include "nubox/core/error.hpp"
#include "nubox/fft/radial_table.hpp"
#include "nubox/field/particle_route.hpp"
#include "nubox/par/agree.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace nubox::sim {
namespace {

/// Painting and transforming counts in single precision preserves their sum to a few 1e-6.
constexpr double mass_tolerance = 1e-4;

/// The mesh is shifted by half a cell against the lattice. Undisplaced particles are then at cell
/// centres, where CIC is linear in small displacements, and give a uniform density on a mesh of 2N.
/// On the nodes the window has a kink that couples all modes as long as displacements are below a
/// cell.
constexpr double half_cell = 0.5;

/// Four-point difference (8 sin(kH) - sin(2kH)) / (6H).
fft::DerivativeTable four_point_derivative(const fft::MeshField& mesh) {
  const double spacing = mesh.box_size_mpch() / static_cast<double>(mesh.n());
  return fft::DerivativeTable(mesh, [=](double k) {
    return (8 * std::sin(k * spacing) - std::sin(2 * k * spacing)) / (6 * spacing);
  });
}

/// Where the windows are divided out, the remaining aliasing matters: triangular-shaped clouds
/// reduce it.
field::Assignment assignment(PmForce::Smoothing smoothing) {
  return smoothing == PmForce::Smoothing::undone ? field::Assignment::tsc : field::Assignment::cic;
}

/// A triangular-shaped cloud is smooth at a node, so that undisplaced particles are placed on the
/// nodes. Measured on 64^3 particles in 125 Mpc/h, mesh 2N, z = 49 to 0: with a shift of half a
/// cell, P(k) at z = 0 is 0.3 % higher at k = 0.7 h/Mpc.
double shift_cells(PmForce::Smoothing smoothing) {
  return smoothing == PmForce::Smoothing::undone ? 0.0 : half_cell;
}

}  // namespace

PmForce::PmForce(const par::Comm& comm, std::size_t mesh_n, double box_size_mpch,
                 Smoothing smoothing, Gradient gradient)
    : density_(fft::Plan::create(comm, mesh_n), box_size_mpch), smoothing_(smoothing) {
  if (gradient == Gradient::transforms) {
    gradient_.emplace(density_.plan(), box_size_mpch);
  } else if (smoothing == Smoothing::undone) {
    throw InternalError("differences of a mesh are no exact gradient");
  }
}

void PmForce::evaluate(const field::LatticeField& displacement_mpch,
                       const std::function<double(double k_hmpc)>& source, const UseForce& use) {
  const double particles = std::pow(static_cast<double>(displacement_mpch.n()), 3);
  const double mesh_points = std::pow(static_cast<double>(mesh_n()), 3);

  Stopwatch watch;
  const field::ParticleRoute route(density_.layout(), displacement_mpch, assignment(smoothing_),
                                   shift_cells(smoothing_));
  double exchanged_s = 0;
  // Exchanges are counted as a separate phase; their seconds are subtracted from the phase in which
  // they occur.
  const PhaseEnd finish = [&](const char* phase) {
    const double exchange_s = route.exchange_seconds() - exchanged_s;
    exchanged_s += exchange_s;
    times_.add("exchange", exchange_s);
    times_.add(phase, watch.restart() - exchange_s);
  };
  finish("positions");
  density_.reset_as_real();
  route.paint_exact(density_);
  finish("paint");
  density_.to_modes();
  check_mass(particles);
  finish("fft");

  // The modes are those of counts; the factor to a density contrast is part of the weight.
  // Differences are per cell of the mesh.
  const double per_mpch = gradient_ ? 1 : static_cast<double>(mesh_n()) / density_.box_size_mpch();
  const fft::RadialTable weight(
      density_, [&](double k) { return source(k) / (k * k) * mesh_points / particles * per_mpch; });
  if (gradient_) {
    use_gradients(route, weight, use, finish);
  } else {
    use_differences(route, weight, use, finish);
  }
  routed_ += static_cast<double>(route.sent_particles());
  evaluated_ += static_cast<double>(displacement_mpch.local_sites());
}

void PmForce::use_gradients(const field::ParticleRoute& route, const fft::RadialTable& weight,
                            const UseForce& use, const PhaseEnd& finish) {
  if (smoothing_ == Smoothing::undone) undo_windows();
  const fft::DerivativeTable derivative = smoothing_ == Smoothing::undone
                                              ? fft::spectral_derivative(density_)
                                              : four_point_derivative(density_);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    fft::weighted_gradient(density_, axis, derivative, weight, *gradient_);
    finish("k space");
    gradient_->to_real();
    finish("fft");
    route.interpolate_in_pieces(*gradient_,
                                [&](std::size_t first, std::span<const float> force_mpch) {
                                  use(axis, first, force_mpch);
                                });
    finish("interpolate");
  }
}

void PmForce::use_differences(const field::ParticleRoute& route, const fft::RadialTable& weight,
                              const UseForce& use, const PhaseEnd& finish) {
  fft::scale_modes(density_, weight);
  finish("k space");
  density_.to_real();
  finish("fft");
  std::vector<float> force_mpch;
  route.differences_in_pieces(
      density_,
      [&](std::size_t first, std::span<const field::ParticleRoute::Differences> differences) {
        force_mpch.resize(differences.size());
        for (std::size_t axis = 0; axis < 3; ++axis) {
          std::ranges::transform(differences, force_mpch.begin(),
                                 [axis](const auto& difference) { return difference[axis]; });
          use(axis, first, force_mpch);
        }
      });
  finish("interpolate");
}

double PmForce::routed_share() const { return evaluated_ > 0 ? routed_ / evaluated_ : 0; }

void PmForce::undo_windows() {
  const field::InverseWindow inverse(assignment(smoothing_), mesh_n(),
                                     field::InverseWindow::Of::power);
  std::vector<float> squared;
  for (const double factor : inverse.values()) squared.push_back(static_cast<float>(factor));
  const auto of = [&](int frequency) {
    return squared[static_cast<std::size_t>(std::abs(frequency))];
  };
  std::complex<float>* modes = density_.modes();
  fft::for_each_mode_row(*density_.plan(), [&](const fft::ModeRow& row) {
    const float xy = of(row.nx) * of(row.ny);
    for (std::size_t iz = 0; iz < squared.size(); ++iz) modes[row.first + iz] *= xy * squared[iz];
  });
}

void PmForce::check_mass(double particles) const {
  std::optional<Error> failure;
  if (density_.plan()->ky_slab().contains(0)) {
    const double mesh_points = std::pow(static_cast<double>(mesh_n()), 3);
    const double painted = static_cast<double>(density_.modes()[0].real()) * mesh_points;
    if (!(std::abs(painted / particles - 1) < mass_tolerance)) {
      failure = NumericalError(
          "the force mesh contains the mass of {} particles instead of {}: positions are corrupt",
          painted, particles);
    }
  }
  par::agree_on(density_.comm(), failure);
}

}  // namespace nubox::sim
