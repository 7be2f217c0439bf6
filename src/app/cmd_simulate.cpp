#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/mass_text.hpp"
#include "nubox/field/box.hpp"
#include "nubox/field/complete_output.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/sim/memory_model.hpp"
#include "nubox/sim/simulate.hpp"

#include "app/commands.hpp"
#include "app/paths.hpp"
#include "app/power_log.hpp"
#include "app/resources.hpp"
#include "app/run_record.hpp"
#include "app/setup.hpp"
#include "app/simulate_request.hpp"

#include <cmath>
#include <filesystem>
#include <set>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// Redshifts in file names.
std::string redshift_text(double redshift) { return fmt::format("{:.3f}", redshift); }

/// pair-<seed>/mnu-<eV>.h5; several output redshifts are told apart by a suffix.
fs::path output_path(const fs::path& pair, double mass, double redshift,
                     const sim::SimulationOptions& options) {
  const bool several = options.redshifts.size() > 1;
  const std::string suffix = several ? "-z" + redshift_text(redshift) : "";
  return pair / fmt::format("mnu-{}{}.h5", cosmology::mass_text(mass), suffix);
}

/// True if both headers describe one run; the program's version may differ.
bool same_run(io::FieldHeader found, const io::FieldHeader& expected) {
  found.code_version = expected.code_version;
  return found == expected;
}

/// Refuses, before anything is written, what the run would stumble over.
void require_possible(const sim::SimulationOptions& options, const std::vector<double>& masses,
                      const cosmology::LinearTables& tables) {
  sim::require_valid(options);
  for (std::size_t i = 1; i < options.redshifts.size(); ++i) {
    if (redshift_text(options.redshifts[i - 1]) == redshift_text(options.redshifts[i])) {
      throw UsageError(
          "simulate.redshifts: {} and {} are one in file names, which keep three decimals",
          options.redshifts[i - 1], options.redshifts[i]);
    }
  }
  const double k_fundamental = 2 * units::pi / options.box_size_mpch;
  const double k_corner = std::sqrt(3.0) * k_fundamental * static_cast<double>(options.n) / 2;
  cosmology::require_writable_masses(masses, "simulate.mnu_eV");
  for (const double mass : masses) {
    // The tables refuse what lies outside them.
    for (const double k : {k_fundamental, k_corner}) (void)tables.T_cb(k, options.z_initial, mass);
  }
}

/// Speed of one core on the machines seen so far, microseconds per particle and step: what every
/// particle takes, and the transforms of the mesh (measured with meshes of 2N and 6N).
double usual_speed_us(std::size_t mesh_factor) {
  return 0.15 + 0.2 * std::pow(static_cast<double>(mesh_factor) / 2, 3);
}

void report_simulation_needs(const par::Comm& world, const sim::SimulationOptions& options,
                             const cosmology::LinearTheory& theory, std::size_t boxes) {
  const sim::MemoryEstimate needs = sim::memory_estimate(world, options, theory);
  const double speed_us = usual_speed_us(options.mesh_factor);
  const auto n = static_cast<double>(options.n), steps = static_cast<double>(options.steps);
  const auto count = static_cast<double>(boxes);
  report_resources(
      world,
      {.rank_bytes = resident_bytes_with(needs.peak_bytes()),
       .core_seconds = 1e-6 * speed_us * n * n * n * steps * count,
       .basis = fmt::format("{} us per particle and step of {} boxes", speed_us, boxes),
       .file_bytes = field_file_bytes(n) * count * static_cast<double>(options.redshifts.size())});
}

/// One mass of one realisation.
struct Box {
  cosmology::Parameters parameters;
  fs::path pair;
  std::set<fs::path> standing{};   ///< outputs that are complete
  std::size_t first_standing = 0;  ///< how many of these come before any that is missing
  [[nodiscard]] fs::path checkpoint() const {
    return pair / fmt::format("checkpoint-mnu-{}.h5", cosmology::mass_text(parameters.M_nu_eV));
  }
  [[nodiscard]] fs::path output(double z, const sim::SimulationOptions& options) const {
    return output_path(pair, parameters.M_nu_eV, z, options);
  }
};

void find_standing(const par::Comm& world, const sim::SimulationOptions& options,
                   const cosmology::LinearTables& tables, Box& box) {
  for (std::size_t i = 0; i < options.redshifts.size(); ++i) {
    const double z = options.redshifts[i];
    const fs::path path = box.output(z, options);
    const io::FieldHeader expected = sim::output_header(options, box.parameters, tables, z);
    const auto same = [&](const io::FieldHeader& found) { return same_run(found, expected); };
    if (!field::is_complete_output(world, path, same, "simulate.out")) continue;
    box.standing.insert(path);
    if (box.first_standing == i) ++box.first_standing;
  }
}

void simulate_missing(const par::Comm& world, const sim::SimulationOptions& options,
                      const cosmology::LinearTables& tables, const Box& box,
                      par::StepControl& control) {
  const auto write = [&](const field::Box& snapshot) {
    const fs::path path = box.output(snapshot.header.redshift, options);
    if (!box.standing.contains(path)) field::write_box(path, snapshot).finish();
  };
  sim::simulate(
      world, options, box.parameters, tables, write,
      {.checkpoint = box.checkpoint(), .control = &control, .outputs_in_hand = box.first_standing});
}

}  // namespace

void simulate(const par::Comm& world, const config::Config& config) {
  memory::release_freed_arrays();
  sim::SimulationOptions options = simulation_options(config);
  const fs::path out = config.text("simulate.out");
  par::StepControl control(world,
                           {.checkpoint_minutes = config.number("simulate.checkpoint_minutes"),
                            .wall_clock_minutes = config.number("simulate.wall_clock_minutes"),
                            .stop_file = out / "stop"});
  const cosmology::Parameters parameters = cosmology_parameters(config);
  const cosmology::LinearTables tables = load_tables(world, config);
  const std::vector<double> masses = config.numbers("simulate.mnu_eV");
  const std::vector<std::int64_t> seeds = config.integers("simulate.seeds");
  const auto massless = par::agree(world, [&] {
    for (const std::int64_t seed : seeds) {
      options.noise.seed = static_cast<std::uint64_t>(seed);
      require_possible(options, masses, tables);
    }
    return cosmology::LinearTheory(parameters, tables, options.neutrinos,
                                   units::scale_factor(options.redshifts.back()));
  });
  if (config.dry_run()) {
    report_simulation_needs(world, options, massless, masses.size() * seeds.size());
  }
  if (config.check_only() || config.dry_run()) return;
  sim::require_memory(world, options, massless);

  for (const std::int64_t seed : seeds) {
    options.noise.seed = static_cast<std::uint64_t>(seed);
    const fs::path pair = out / fmt::format("pair-{}", seed), power = pair / "power.txt";
    bool anything_new = false;
    std::vector<fs::path> outputs;
    for (const double mass : masses) {
      Box box{parameters.with_mass(mass), pair};
      for (const double z : options.redshifts) outputs.push_back(box.output(z, options));
      find_standing(world, options, tables, box);
      if (box.standing.size() == options.redshifts.size()) {
        log::info("seed {}, {} eV: complete, skipped", seed, mass);
        continue;
      }
      if (!anything_new) write_run_record(world, pair, config, {});
      anything_new = true;
      simulate_missing(world, options, tables, box, control);
    }
    if (anything_new || !path_exists(world, power))
      write_power_log(world, power, outputs, parameters, tables);
  }
}

}  // namespace nubox::app
