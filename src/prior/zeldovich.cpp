#include "prior/zeldovich.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"
#include "nubox/sim/white_noise.hpp"

#include <array>
#include <cmath>

namespace nubox::prior {
namespace {

/// Displacements at z = 0 have a correlation coefficient above 0.9 with those of linear theory.
constexpr double least_correlation = 0.5;

/// Correlation of two displacements, site by site. Collective.
double correlation(const field::LatticeField& a, const field::LatticeField& b) {
  std::array<double, 3> sums{};
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    const double x = a.values()[i], y = b.values()[i];
    sums[0] += x * y, sums[1] += x * x, sums[2] += y * y;
  }
  a.comm().all_reduce(std::span<double>(sums));
  return sums[0] / std::sqrt(sums[1] * sums[2]);
}

void require_precede(const io::FieldHeader& ics, const io::FieldHeader& input) {
  io::FieldHeader later = ics;
  later.redshift = input.redshift;
  io::require_same_box(later, "the initial conditions", input, "the input");
  if (ics.cosmology.M_nu_eV != 0 || ics.redshift <= input.redshift) {
    throw InputError("initial conditions of M_nu = {} eV at z = {} for a massless box at z = {}",
                     ics.cosmology.M_nu_eV, ics.redshift, input.redshift);
  }
}

}  // namespace

field::Box zeldovich(const field::Box& input, const Theories& theories,
                     const std::shared_ptr<const fft::Plan>& plan) {
  const par::Comm comm = input.displacement.comm();
  const sim::Noise noise = par::agree(comm, [&] { return sim::noise_of(input.header); });
  const double a = units::scale_factor(input.header.redshift);
  constexpr int zeldovich_order = 1;
  field::Box out = sim::to_box(sim::initial_conditions(plan, input.header.box_size_mpch, noise,
                                                       theories.massive, a, zeldovich_order),
                               input.header);
  if (!input.velocity) out.velocity.reset();
  return out;
}

field::Box zeldovich(const field::Box& input, field::Box ics, const Theories& theories,
                     const std::shared_ptr<const fft::Plan>& plan) {
  const par::Comm comm = ics.displacement.comm();
  par::agree(comm, [&] { require_precede(ics.header, input.header); });
  const double r = correlation(ics.displacement, input.displacement);
  par::agree(comm, [&] {
    if (!(r > least_correlation)) {
      throw InputError(
          "initial conditions with other phases: the correlation of their displacements with "
          "those of the box is {:.2f}",
          r);
    }
  });
  const double a = units::scale_factor(input.header.redshift);
  const double a_ics = units::scale_factor(ics.header.redshift);
  field::apply_filter(ics.displacement, plan, [&](double k) {
    return theories.amplitude_ratio(k) / theories.massless.D1(k, a_ics);
  });
  field::Box out{input.header, std::move(ics.displacement), std::nullopt};
  if (input.velocity) {
    out.velocity = out.displacement;
    // v = a dx/dt = a H f psi.
    const double hubble = units::hubble_kms_per_mpch * theories.massive.background().E(a);
    field::apply_filter(*out.velocity, plan,
                        [&](double k) { return a * hubble * theories.massive.f1(k, a); });
  }
  return out;
}

}  // namespace nubox::prior
