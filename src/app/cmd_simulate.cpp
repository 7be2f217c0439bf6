#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/units.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/simulate.hpp"

#include "app/commands.hpp"
#include "app/power_log.hpp"
#include "app/setup.hpp"

#include <cmath>
#include <filesystem>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

sim::SimulationOptions simulation_options(const config::Config& config) {
  sim::SimulationOptions options;
  options.n = config.size("box.n");
  options.box_size_mpch = config.number("box.size_mpch");
  options.z_initial = config.number("simulate.z_initial");
  options.redshifts = config.numbers("simulate.redshifts");
  options.steps = config.size("simulate.steps");
  options.mesh_factor = config.size("simulate.mesh_factor");
  options.lpt_order = static_cast<int>(config.integer("simulate.lpt"));
  options.neutrinos = neutrino_source(config.text("simulate.neutrinos"));
  options.fixed_amplitude = config.flag("simulate.fixed_amplitude");
  options.phase_flip = config.flag("simulate.phase_flip");
  return options;
}

/// pair-<seed>/mnu-<eV>.h5; several output redshifts are told apart by a suffix.
fs::path output_path(const fs::path& pair, double mass, double redshift, bool several) {
  const std::string suffix = several ? fmt::format("-z{:.3f}", redshift) : "";
  return pair / fmt::format("mnu-{}{}.h5", mass_text(mass), suffix);
}

/// True if both headers describe one run; the program's version may differ.
bool same_run(io::FieldHeader found, const io::FieldHeader& expected) {
  found.code_version = expected.code_version;
  return found == expected;
}

bool exists_on_root(const par::Comm& world, const fs::path& path) {
  const bool exists = par::agree(world, [&] { return world.is_root() && fs::exists(path); });
  return world.all_reduce(exists ? 1 : 0, par::Reduction::max) == 1;
}

/// True if a sound file of exactly this run stands there already.
/// @throws InputError if a sound file of another run does: it is never overwritten
bool stands_complete(const par::Comm& world, const fs::path& path,
                     const io::FieldHeader& expected) {
  if (!exists_on_root(world, path)) return false;
  try {
    // Reads it whole: a damaged box must not pass for a finished one.
    if (same_run(field::read_snapshot(world, path).header, expected)) return true;
  } catch (const Error& error) {
    if (error.code() != ExitCode::input) throw;
    log::warn_together("{} is made again: {}", path.string(), error.what());
    return false;
  }
  throw InputError("{} holds another run: choose another --simulate.out or remove it",
                   path.string())
      .agreed_from(0);
}

/// Refuses, before anything is written, what the run would stumble over.
void require_possible(const sim::SimulationOptions& options, const std::vector<double>& masses,
                      const cosmology::LinearTables& tables) {
  sim::require_valid(options);
  const double k_fundamental = 2 * units::pi / options.box_size_mpch;
  const double k_corner = std::sqrt(3.0) * k_fundamental * static_cast<double>(options.n) / 2;
  for (const double mass : masses) {
    if (std::abs(std::stod(mass_text(mass)) - mass) > 1e-9) {
      throw UsageError("simulate.mnu_eV = {}: file names keep three decimals, {} would be lost",
                       mass, mass);
    }
    // The tables refuse what lies outside them.
    for (const double k : {k_fundamental, k_corner}) (void)tables.T_cb(k, options.z_initial, mass);
  }
}

void report_needs(const par::Comm& world, const sim::SimulationOptions& options) {
  const auto cube = [](double x) { return x * x * x; };
  const auto n = static_cast<double>(options.n);
  // Displacement, momentum and one force component; routed positions; two force meshes.
  const double particle_bytes = 28 + 16;
  const double bytes =
      (particle_bytes * cube(n) + 2 * 4 * cube(n * static_cast<double>(options.mesh_factor))) /
      world.size();
  log::info(
      "dry run: about {:.2f} GiB per rank on {} ranks; {:.3g} particle steps per mass and seed",
      bytes / (1 << 30), world.size(), cube(n) * static_cast<double>(options.steps));
}

}  // namespace

void simulate(const par::Comm& world, const config::Config& config) {
  sim::SimulationOptions options = simulation_options(config);
  const cosmology::Parameters parameters = cosmology_parameters(config);
  const cosmology::LinearTables tables = load_tables(world, config);
  const std::vector<double> masses = config.numbers("simulate.mnu_eV");
  const bool several = options.redshifts.size() > 1;
  par::agree(world, [&] { require_possible(options, masses, tables); });
  if (config.dry_run()) report_needs(world, options);
  if (config.check_only() || config.dry_run()) return;

  for (const std::int64_t seed : config.integers("simulate.seeds")) {
    options.seed = static_cast<std::uint64_t>(seed);
    const fs::path pair = fs::path(config.text("simulate.out")) / fmt::format("pair-{}", seed);
    bool anything_new = false;
    for (const double mass : masses) {
      const cosmology::Parameters massive = parameters.with_mass(mass);
      bool complete = true;
      for (const double z : options.redshifts) {
        complete = stands_complete(world, output_path(pair, mass, z, several),
                                   sim::output_header(options, massive, tables, z)) &&
                   complete;
      }
      if (complete) {
        log::info("seed {}, {} eV: complete, skipped", seed, mass);
        continue;
      }
      if (!anything_new) io::write_run_record(world, pair, config, {});
      anything_new = true;
      sim::simulate(world, options, massive, tables, [&](const field::Snapshot& snapshot) {
        field::write_snapshot(output_path(pair, mass, snapshot.header.redshift, several), snapshot);
      });
    }
    std::vector<fs::path> outputs;
    for (const double mass : masses) {
      for (const double z : options.redshifts)
        outputs.push_back(output_path(pair, mass, z, several));
    }
    const fs::path power = pair / "power.txt";
    if (anything_new || !exists_on_root(world, power))
      write_power_log(world, power, outputs, parameters, tables);
  }
}

}  // namespace nubox::app
