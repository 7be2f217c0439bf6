#include "nubox/sim/simulate.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/initial_conditions.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>

namespace nubox::sim {
namespace {

/// Seconds between progress lines: short runs stay quiet.
constexpr double progress_interval_s = 10;

/// Output redshifts in order of time, without repetitions.
std::vector<double> outputs_in_time(const SimulationOptions& options) {
  std::vector<double> redshifts = options.redshifts;
  std::sort(redshifts.begin(), redshifts.end(), std::greater<>());
  redshifts.erase(std::unique(redshifts.begin(), redshifts.end()), redshifts.end());
  return redshifts;
}

std::string name_of(cosmology::NeutrinoSource source) {
  switch (source) {
    case cosmology::NeutrinoSource::table:
      return "table";
    case cosmology::NeutrinoSource::supereasy:
      return "supereasy";
    case cosmology::NeutrinoSource::none:
      return "none";
  }
  throw InternalError("neutrino source without a name");
}

/// "fft 40 %, paint 25 %, ...", of the seconds spent in forces.
std::string shares(const PhaseTimes& times) {
  double total = 0;
  for (const auto& [phase, seconds] : times.seconds()) total += seconds;
  std::string text;
  for (const auto& [phase, seconds] : times.seconds()) {
    text += fmt::format("{}{} {:.0f} %", text.empty() ? "" : ", ", phase, 100 * seconds / total);
  }
  return text;
}

/// Steps of the segment from a0 to a1, in proportion to its share of the whole way; at least one.
std::size_t segment_steps(const SimulationOptions& options, double a0, double a1, double a_last) {
  const auto length = [](double from, double to) {
    return spacing_variable(to, default_spacing) - spacing_variable(from, default_spacing);
  };
  const double share = length(a0, a1) / length(units::scale_factor(options.z_initial), a_last);
  return std::max<std::size_t>(
      1, static_cast<std::size_t>(std::lround(share * static_cast<double>(options.steps))));
}

}  // namespace

void require_valid(const SimulationOptions& options) {
  if (options.n < 2 || options.steps < 1 || options.mesh_factor < 1) {
    throw UsageError("a run needs n >= 2, steps >= 1 and mesh_factor >= 1 (given: {}, {}, {})",
                     options.n, options.steps, options.mesh_factor);
  }
  if (options.lpt_order != 1 && options.lpt_order != 2) {
    throw UsageError("simulate.lpt = {}: the order must be 1 (Zel'dovich) or 2", options.lpt_order);
  }
  if (!(options.box_size_mpch > 0)) {
    throw UsageError("box.size_mpch = {} must be positive", options.box_size_mpch);
  }
  if (options.redshifts.empty()) throw UsageError("simulate.redshifts is empty");
  for (const double z : options.redshifts) {
    if (!(z >= 0 && z < options.z_initial)) {
      throw UsageError("output redshift {} is not within [0, z_initial = {})", z,
                       options.z_initial);
    }
  }
}

io::FieldHeader output_header(const SimulationOptions& options,
                              const cosmology::Parameters& parameters,
                              const cosmology::LinearTables& tables, double redshift) {
  io::FieldHeader header;
  header.box_size_mpch = options.box_size_mpch;
  header.n = options.n;
  header.redshift = redshift;
  header.Omega_m = parameters.Omega_m;
  header.Omega_b = parameters.Omega_b;
  header.h = parameters.h;
  header.n_s = parameters.n_s;
  header.A_s = parameters.A_s;
  header.M_nu_eV = parameters.M_nu_eV;
  header.origin = "simulate";
  header.seed = static_cast<std::int64_t>(options.seed);
  const auto integer = [](auto value) { return static_cast<std::int64_t>(value); };
  header.extra = {{"T_cmb", parameters.T_cmb_K},
                  {"N_eff", parameters.N_eff},
                  {"tables", tables.digest()},
                  {"noise", std::string(noise_convention)},
                  {"fixed_amplitude", integer(options.fixed_amplitude)},
                  {"phase_flip", integer(options.phase_flip)},
                  {"steps", integer(options.steps)},
                  {"mesh_factor", integer(options.mesh_factor)},
                  {"lpt", integer(options.lpt_order)},
                  {"z_initial", options.z_initial},
                  {"z_back_scaling", std::ranges::min(options.redshifts)},
                  {"neutrinos", name_of(options.neutrinos)}};
  return header;
}

void simulate(const par::Comm& comm, const SimulationOptions& options,
              const cosmology::Parameters& parameters, const cosmology::LinearTables& tables,
              const std::function<void(const field::Snapshot&)>& on_output) {
  par::agree(comm, [&] { require_valid(options); });
  const std::string name = fmt::format("seed {}, {} eV", options.seed, parameters.M_nu_eV);
  log::set_phase(fmt::format("simulate: {}", name));
  Stopwatch watch;
  const std::vector<double> redshifts = outputs_in_time(options);
  const double a_last = units::scale_factor(redshifts.back());
  const double a_initial = units::scale_factor(options.z_initial);
  const auto theory = par::agree(
      comm, [&] { return cosmology::LinearTheory(parameters, tables, options.neutrinos, a_last); });
  const Noise noise{options.seed, options.fixed_amplitude, options.phase_flip};
  Particles particles =
      initial_conditions(fft::Plan::create(comm, options.n), options.box_size_mpch, noise, theory,
                         a_initial, options.lpt_order);
  PmForce force(comm, options.mesh_factor * options.n, options.box_size_mpch);
  log::info("{}: {}^3 particles in {} Mpc/h, LPT order {} at z = {}, force mesh {}^3 ({:.1f} s)",
            name, options.n, options.box_size_mpch, options.lpt_order, options.z_initial,
            force.mesh_n(), watch.seconds());

  Stopwatch since_line;
  std::size_t steps_done = 0;
  const auto progress = [&](std::size_t) {
    ++steps_done;
    if (since_line.seconds() < progress_interval_s) return;
    since_line.restart();
    log::info("{}: step {} of {}, a = {:.3f} ({:.1f} s)", name, steps_done, options.steps,
              particles.a, watch.seconds());
  };
  for (const double redshift : redshifts) {
    const double a_out = units::scale_factor(redshift);
    const std::size_t steps = segment_steps(options, particles.a, a_out, a_last);
    integrate(particles, force, theory, time_grid(particles.a, a_out, steps, default_spacing),
              progress);
    on_output(to_snapshot(particles, output_header(options, parameters, tables, redshift)));
  }
  log::info("{}: {} steps to z = {:g} in {:.1f} s (forces: {})", name, steps_done,
            1 / particles.a - 1, watch.seconds(), shares(force.times()));
}

}  // namespace nubox::sim
