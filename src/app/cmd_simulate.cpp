#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/simulate.hpp"

#include "app/commands.hpp"
#include "app/power_log.hpp"
#include "app/setup.hpp"

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

/// True if a sound file of exactly this run stands there already.
/// @throws InputError if a sound file of another run does: it is never overwritten
bool stands_complete(const par::Comm& world, const fs::path& path,
                     const io::FieldHeader& expected) {
  const bool exists = world.broadcast(fs::exists(path) ? "yes" : "no") == "yes";
  if (!exists) return false;
  try {
    const io::FieldHeader found = io::FieldFile(world, path).header();
    if (same_run(found, expected)) return true;
  } catch (const Error& error) {
    log::warn("{} is made again: {}", path.string(), error.what());
    return false;
  }
  throw InputError("{} holds another run: choose another --simulate.out or remove it",
                   path.string())
      .agreed_from(0);
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
  par::agree(world, [&] {
    sim::require_valid(options);
    // Asking for the transfer function refuses a mass outside the tables before anything is
    // written.
    for (const double mass : masses) (void)tables.T_cb(1, 0, mass);
  });
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
                                   sim::output_header(options, massive, z)) &&
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
    const bool has_power = world.broadcast(fs::exists(power) ? "yes" : "no") == "yes";
    if (anything_new || !has_power) write_power_log(world, power, outputs, parameters, tables);
  }
}

}  // namespace nubox::app
