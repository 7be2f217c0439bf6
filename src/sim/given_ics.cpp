#include "nubox/sim/given_ics.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/fft/radial_table.hpp"
#include "nubox/field/box.hpp"
#include "nubox/field/lattice_fourier.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace nubox::sim {
namespace {

/// Largest rms displacement in units of the particle spacing. Starts of simulations have 0.1 to
/// 0.5.
constexpr double largest_rms_spacings = 1;
/// Largest share of a transverse part in the square of the displacement. Linear fields have none;
/// the positions of a snapshot in single precision make less than 1e-6 of it.
constexpr double largest_transverse_share = 1e-3;
/// Power may differ from linear theory by this and five standard deviations of its sample variance.
/// Boltzmann codes agree to 1e-3, but a wrong redshift, amplitude or unit does not pass.
constexpr double largest_power_deviation = 0.1;
/// The second order is found when an iteration changes the density by less, rms over rms.
constexpr double converged_change = 3e-7;
constexpr int most_iterations = 40;

bool is_kept(const fft::Mode& mode) {
  return !mode.is_zero() && !mode.nyquist_x && !mode.nyquist_y && !mode.nyquist_z;
}

/// delta(k) = -i k psi(k) of a displacement, and how much of it is no gradient.
struct Divergence {
  fft::MeshField modes;
  double transverse_share = 0;  ///< of the square of the displacement, over kept modes
};

/// Collective.
Divergence divergence(const field::LatticeField& displacement,
                      const std::shared_ptr<const fft::Plan>& plan) {
  Divergence result{fft::MeshField(plan, displacement.box_size_mpch()), 0};
  fft::MeshField work(plan, displacement.box_size_mpch());
  result.modes.reset_as_modes();
  const double k1 = work.k_fundamental_hmpc();
  std::array<double, 2> sums{};  // of |psi|^2 and of its longitudinal part
  for (std::size_t axis = 0; axis < 3; ++axis) {
    work.reset_as_real();
    field::copy_to_mesh(displacement, axis, work);
    work.to_modes();
    fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
      if (!is_kept(mode)) return;
      const int n_axis = axis == 0 ? mode.nx : axis == 1 ? mode.ny : mode.nz;
      const std::complex<float> psi = work.modes()[index];
      const auto k = static_cast<float>(k1 * n_axis);
      result.modes.modes()[index] += std::complex<float>(k * psi.imag(), -k * psi.real());
      sums[0] += mode.weight * static_cast<double>(std::norm(psi));
    });
  }
  fft::for_each_mode(*plan, [&](const fft::Mode& mode, std::size_t index) {
    if (!is_kept(mode)) return;
    const double k2 = k1 * k1 * static_cast<double>(mode.norm2());
    sums[1] += mode.weight * static_cast<double>(std::norm(result.modes.modes()[index])) / k2;
  });
  displacement.comm().all_reduce(std::span<double>(sums));
  result.transverse_share = 1 - sums[1] / sums[0];
  return result;
}

/// Finds delta with delta + growth2 S2[delta] = total, starting from delta = total. Collective.
/// @throws InputError (agreed) if the iteration does not converge
fft::MeshField without_second_order(const fft::MeshField& total, double growth2,
                                    const std::string& file) {
  fft::MeshField density(total.plan(), total.box_size_mpch());
  density.reset_as_modes();
  const auto kept_size = [&](const fft::Mode& mode, std::complex<float> value) {
    return mode.weight * static_cast<double>(std::norm(value));
  };
  fft::for_each_mode(*total.plan(), [&](const fft::Mode&, std::size_t index) {
    density.modes()[index] = total.modes()[index];
  });
  double change = 0;
  for (int iteration = 0; iteration < most_iterations; ++iteration) {
    const fft::MeshField source = second_order_source(density);
    std::array<double, 2> sums{};
    fft::for_each_mode(*total.plan(), [&](const fft::Mode& mode, std::size_t index) {
      if (!is_kept(mode)) return;
      const std::complex<float> next =
          total.modes()[index] - static_cast<float>(growth2) * source.modes()[index];
      sums[0] += kept_size(mode, next - density.modes()[index]);
      sums[1] += kept_size(mode, next);
      density.modes()[index] = next;
    });
    total.comm().all_reduce(std::span<double>(sums));
    change = std::sqrt(sums[0] / sums[1]);
    if (change < converged_change) return density;
  }
  par::throw_agreed(total.comm(),
                    InputError("{} is no linear field: its second order does not converge (change "
                               "{:.1e} after {} iterations); give initial conditions of a higher "
                               "redshift, or simulate.lpt=1 for Zel'dovich displacements",
                               file, change, most_iterations));
}

/// Compares the power with linear theory in thirds of the Nyquist wavenumber. Collective.
void require_linear_power(const fft::MeshField& density, const cosmology::LinearTheory& massless,
                          double a, const std::string& file) {
  constexpr std::size_t bands = 3;
  const double volume = std::pow(density.box_size_mpch(), 3);
  const fft::RadialTable expected(density,
                                  [&](double k) { return massless.power_cb(k, a) / volume; });
  std::array<double, 2 * bands> sums{};  // of relative power, and of modes
  const double half = static_cast<double>(density.n()) / 2;
  fft::for_each_mode(*density.plan(), [&](const fft::Mode& mode, std::size_t index) {
    const double radius = std::sqrt(static_cast<double>(mode.norm2())) / half;
    if (!is_kept(mode) || radius >= 1) return;
    const auto band = static_cast<std::size_t>(radius * bands);
    sums[band] += mode.weight * static_cast<double>(std::norm(density.modes()[index])) /
                  static_cast<double>(expected(mode));
    sums[bands + band] += mode.weight;
  });
  density.comm().all_reduce(std::span<double>(sums));
  for (std::size_t band = 0; band < bands; ++band) {
    const double modes = sums[bands + band] / 2;  // independent ones
    if (modes < 1) continue;
    const double ratio = sums[band] / sums[bands + band];
    if (std::abs(ratio - 1) <= largest_power_deviation + 5 / std::sqrt(modes)) continue;
    const double k = density.k_fundamental_hmpc() * half / bands;
    par::throw_agreed(
        density.comm(),
        InputError("{}: the power between k = {:.3g} and {:.3g} h/Mpc is {:.3g} times that of "
                   "linear theory at its redshift; check redshift and cosmology of the file",
                   file, static_cast<double>(band) * k, static_cast<double>(band + 1) * k, ratio));
  }
}

/// Root mean square of the displacement vector. Collective.
double rms_mpch(const field::LatticeField& displacement) {
  std::array<double, 2> sums{0, static_cast<double>(displacement.local_sites())};
  for (const float x : displacement.values()) sums[0] += static_cast<double>(x) * x;
  displacement.comm().all_reduce(std::span<double>(sums));
  return std::sqrt(sums[0] / sums[1]);
}

/// recover_density() of a displacement that has been read. Collective.
fft::MeshField density_of(const field::LatticeField& displacement, const GivenIcs& ics,
                          const cosmology::LinearTheory& massless, int lpt_order) {
  const par::Comm& comm = displacement.comm();
  const std::string file = ics.path.string();
  const double a = units::scale_factor(ics.header.redshift);
  const double rms = rms_mpch(displacement), spacing = displacement.spacing_mpch();
  if (!(rms > 0 && rms <= largest_rms_spacings * spacing)) {
    par::throw_agreed(
        comm, InputError("{}: the rms displacement is {:.3g} Mpc/h, not within 0 and the particle "
                         "spacing of {:.3g}: z = {:g} is not in the linear regime",
                         file, rms, spacing, ics.header.redshift));
  }
  Divergence found = divergence(displacement, fft::Plan::create(comm, displacement.n()));
  if (!(found.transverse_share <= largest_transverse_share)) {
    par::throw_agreed(
        comm, InputError("{} is no linear field: {:.2g} of its squared displacement is transverse "
                         "(at most {:g})",
                         file, found.transverse_share, largest_transverse_share));
  }
  fft::MeshField density =
      lpt_order == 1 ? std::move(found.modes)
                     : without_second_order(found.modes, -massless.D2_over_D1_squared(a), file);
  require_linear_power(density, massless, a, file);
  return density;
}

/// @throws InputError for a header that does not fit
void require_fitting(const GivenIcs& ics, const IcsExpectation& expected) {
  const std::string file = ics.path.string();
  const io::FieldHeader& header = ics.header;
  if (header.n != expected.n || cosmology::differ(header.box_size_mpch, expected.box_size_mpch)) {
    throw InputError(
        "{} holds {}^3 particles in {} Mpc/h, the run {}^3 in {}: give --box.n={} "
        "--box.size_mpch={}",
        file, header.n, header.box_size_mpch, expected.n, expected.box_size_mpch, header.n,
        header.box_size_mpch);
  }
  if (header.cosmology.M_nu_eV != 0) {
    throw InputError("{} has M_nu = {} eV: simulate.ics takes massless initial conditions", file,
                     header.cosmology.M_nu_eV);
  }
  cosmology::require_same(header.cosmology, expected.parameters, file);
  if (expected.continued && ics.velocity_checksum.empty()) {
    throw InputError("{} has no velocities, which simulate.continue needs", file);
  }
}

}  // namespace

GivenIcs open_ics(const par::Comm& comm, const std::filesystem::path& path,
                  const IcsExpectation& expected) {
  const io::FieldFile file(comm, path);
  return par::agree(comm, [&] {
    GivenIcs ics{path,
                 file.header(),
                 file.checksum("displacement"),
                 file.has("velocity") ? file.checksum("velocity") : "",
                 expected.continued,
                 expected.parameters.with_mass(0)};
    require_fitting(ics, expected);
    return ics;
  });
}

fft::MeshField recover_density(const par::Comm& comm, const GivenIcs& ics,
                               const cosmology::LinearTheory& massless, int lpt_order) {
  return density_of(field::read_box(comm, ics.path).displacement, ics, massless, lpt_order);
}

std::vector<field::LatticeField> orders_with_phases_of(const par::Comm& comm, const GivenIcs& ics,
                                                       const cosmology::LinearTheory& massless,
                                                       const cosmology::LinearTheory& theory,
                                                       double a, int lpt_order) {
  const double a_ics = units::scale_factor(ics.header.redshift);
  const auto ratio = [&](double k) {
    return std::sqrt(theory.power_cb(k, a) / massless.power_cb(k, a_ics));
  };
  std::vector<field::LatticeField> orders{field::read_box(comm, ics.path).displacement};
  fft::MeshField density = density_of(orders[0], ics, massless, lpt_order);
  if (lpt_order == 2) {
    const field::LatticeField second =
        std::move(lagrangian_orders(density, massless, a_ics, lpt_order)[1]);
    const std::span<float> first = orders[0].values();
    for (std::size_t i = 0; i < first.size(); ++i) first[i] -= second.values()[i];
    const fft::RadialTable table(density, ratio);
    fft::for_each_mode(*density.plan(), [&](const fft::Mode& mode, std::size_t index) {
      density.modes()[index] *= table(mode);
    });
    orders.push_back(std::move(lagrangian_orders(density, theory, a, lpt_order)[1]));
  }
  field::apply_filter(orders[0], density.plan(), ratio);
  return orders;
}

Particles particles_of_orders(std::vector<field::LatticeField> orders,
                              const cosmology::LinearTheory& theory, double a) {
  const double a2E = a * a * theory.background().E(a);
  field::LatticeField momentum = orders.at(0);
  field::apply_filter(momentum, fft::Plan::create(momentum.comm(), momentum.n()),
                      [&](double k) { return theory.f1(k, a); });
  Particles particles{std::move(orders[0]), std::move(momentum), a};
  const std::span<float> x = particles.displacement_mpch.values();
  const std::span<float> p = particles.momentum_mpch.values();
  for (float& value : p) value *= static_cast<float>(a2E);
  if (orders.size() == 1) return particles;
  const std::span<const float> second = orders[1].values();
  const auto rate2 = static_cast<float>(a2E * theory.f2(a));
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] += second[i];
    p[i] += rate2 * second[i];
  }
  return particles;
}

void require_usable(const par::Comm& comm, const GivenIcs& ics,
                    const cosmology::LinearTheory& massless, int lpt_order,
                    const std::vector<double>& masses_eV) {
  const auto needs_phases = [&](double mass) { return mass > 0 || !ics.continued; };
  if (!std::ranges::any_of(masses_eV, needs_phases)) return;
  (void)recover_density(comm, ics, massless, lpt_order);
}

Particles read_particles(const par::Comm& comm, const GivenIcs& ics) {
  return to_particles(field::read_box(comm, ics.path));
}

void describe(const GivenIcs& ics, double M_nu_eV, io::FieldHeader& header) {
  header.seed = ics.header.seed;
  header.lattice_offset_cells = ics.header.lattice_offset_cells;
  for (const char* name : {"noise", "fixed_amplitude", "phase_flip", "noise_sphere"}) {
    const auto value = ics.header.extra.find(name);
    if (value != ics.header.extra.end()) header.extra.insert(*value);
  }
  header.extra["ics_displacement"] = ics.displacement_checksum;
  header.extra["ics_redshift"] = ics.header.redshift;
  header.extra["ics_origin"] = ics.header.origin;
  if (ics.continued && M_nu_eV == 0) header.extra["ics_velocity"] = ics.velocity_checksum;
}

}  // namespace nubox::sim
