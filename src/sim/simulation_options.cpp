#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/sim/p3m_force.hpp"
#include "nubox/sim/simulate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace nubox::sim {
namespace {

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

}  // namespace

double softening_mpch(const SimulationOptions& options) {
  const double spacing = options.box_size_mpch / static_cast<double>(options.n);
  return options.softening_mpch > 0 ? options.softening_mpch : spacing / 40;
}

std::vector<std::vector<double>> step_plan(const SimulationOptions& options) {
  const double a_initial = units::scale_factor(options.z_initial);
  const double a_last = units::scale_factor(options.redshifts.back());
  const Spacing spacing = default_spacing(options.stepping);
  const auto length = [&](double from, double to) {
    return spacing_variable(to, spacing) - spacing_variable(from, spacing);
  };
  std::vector<std::vector<double>> plan;
  double a0 = a_initial;
  for (const double redshift : options.redshifts) {
    if (redshift == options.z_initial) {
      plan.push_back({a0});
      continue;
    }
    const double a1 = units::scale_factor(redshift);
    const double share = length(a0, a1) / length(a_initial, a_last);
    const std::size_t planned = options.accuracy > 0 ? 1 : options.steps;
    const auto steps = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::lround(share * static_cast<double>(planned))));
    plan.push_back(time_grid(a0, a1, steps, spacing));
    a0 = a1;
  }
  return plan;
}

namespace {

/// Checks the options of pair forces.
void require_valid_pairs(const SimulationOptions& options) {
  if (options.stepping == Stepping::cola) {
    throw UsageError("simulate.force = p3m needs plain steps: use simulate.stepping = pm");
  }
  const double spacing = options.box_size_mpch / static_cast<double>(options.n);
  const double softening = softening_mpch(options);
  if (!(options.softening_mpch >= 0 && softening <= spacing)) {
    throw UsageError("simulate.softening_mpch = {} is not between 0 and the particle spacing of {}",
                     options.softening_mpch, spacing);
  }
  // Positions are floats with 24 bits for the size of the box.
  const double resolution = options.box_size_mpch * std::numeric_limits<float>::epsilon();
  if (softening < 4 * resolution) {
    throw UsageError(
        "simulate.softening_mpch = {:g}: positions in a box of {} Mpc/h resolve {:.1e} Mpc/h; "
        "the softening must be four times as large",
        softening, options.box_size_mpch, resolution);
  }
  const ForceSplit split =
      P3mForce::split_of(options.mesh_factor * options.n, options.box_size_mpch, softening);
  if (split.cutoff_mpch > options.box_size_mpch / 2) {
    throw UsageError(
        "the pair forces of simulate.force = p3m reach {} Mpc/h, more than half the box of {}: "
        "raise box.n or simulate.mesh_factor",
        split.cutoff_mpch, options.box_size_mpch);
  }
}

/// What going on from given particles asks of the options.
void require_valid_continuation(const SimulationOptions& options) {
  if (options.stepping == Stepping::cola) {
    throw UsageError("simulate.continue takes plain steps: give simulate.stepping = pm");
  }
  if (options.z_initial != options.ics->header.redshift) {
    throw UsageError("simulate.z_initial = {}: simulate.continue starts at the redshift of {}, {}",
                     options.z_initial, options.ics->path.string(), options.ics->header.redshift);
  }
}

}  // namespace

void require_valid(const SimulationOptions& options) {
  if (!(options.accuracy >= 0)) {
    throw UsageError("simulate.accuracy = {} is negative", options.accuracy);
  }
  if (options.accuracy > 0 && options.gravity != Gravity::p3m) {
    throw UsageError(
        "simulate.accuracy sets steps by the softening of pair forces: give simulate.force = p3m, "
        "or "
        "simulate.steps alone");
  }
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
  require_valid(options.noise);
  if (options.ics && options.ics->continued) require_valid_continuation(options);
  if (options.gravity == Gravity::p3m) require_valid_pairs(options);
  if (options.redshifts.empty()) throw UsageError("simulate.redshifts is empty");
  double before = std::numeric_limits<double>::infinity();
  for (const double z : options.redshifts) {
    if (!(z >= 0 && z <= options.z_initial)) {
      throw UsageError("output redshift {} is not within [0, z_initial = {}]", z,
                       options.z_initial);
    }
    if (!(z < before)) {
      throw UsageError("simulate.redshifts: {} after {}, but outputs must be in order of time", z,
                       before);
    }
    before = z;
  }
}

io::FieldHeader output_header(const SimulationOptions& options,
                              const cosmology::Parameters& parameters,
                              const cosmology::LinearTables& tables, double redshift) {
  io::FieldHeader header;
  header.box_size_mpch = options.box_size_mpch;
  header.n = options.n;
  header.redshift = redshift;
  header.cosmology = parameters;
  header.origin = "simulate";
  const auto integer = [](auto value) { return static_cast<std::int64_t>(value); };
  header.extra = {{"T_cmb", parameters.T_cmb_K},
                  {"N_eff", parameters.N_eff},
                  {"tables", tables.digest()},
                  {"steps", integer(options.steps)},
                  {"stepping", options.stepping == Stepping::cola ? "cola" : "pm"},
                  {"mesh_factor", integer(options.mesh_factor)},
                  {"lpt", integer(options.lpt_order)},
                  {"z_initial", options.z_initial},
                  {"z_back_scaling", std::ranges::min(options.redshifts)},
                  {"neutrinos", name_of(options.neutrinos)}};
  if (options.gravity == Gravity::p3m) {
    // `mesh_factor` is the force resolution of mesh runs only.
    header.extra["force"] = "p3m";
    header.extra["force_mesh_factor"] = integer(options.mesh_factor);
    header.extra["softening_mpch"] = softening_mpch(options);
    header.extra.erase("mesh_factor");
  }
  if (options.accuracy > 0) {
    header.extra["accuracy"] = options.accuracy;
    header.extra.erase("steps");
  }
  if (options.ics) {
    describe(*options.ics, parameters.M_nu_eV, header);
  } else {
    describe(options.noise, header);
  }
  return header;
}

}  // namespace nubox::sim
