#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/table_range.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/output_lock.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/sim/output_plan.hpp"
#include "nubox/sim/simulation_cost.hpp"
#include "nubox/sim/simulation_memory.hpp"
#include "nubox/stats/power_log.hpp"

#include "app/commands.hpp"
#include "app/options/cosmology.hpp"
#include "app/options/simulate.hpp"
#include "app/options/step_control.hpp"
#include "app/report_cost.hpp"
#include "app/run_record.hpp"

#include <filesystem>
#include <vector>

namespace nubox::app {

namespace fs = std::filesystem;

namespace {

fs::path pair_directory(const fs::path& out, std::int64_t seed) {
  return out / fmt::format("pair-{}", seed);
}

/// Every box of every pair. A dry run may be for another machine: sizes are left out.
std::vector<io::PlannedFile> planned_files(const fs::path& out,
                                           const sim::SimulationOptions& options,
                                           const std::vector<std::int64_t>& seeds,
                                           const std::vector<double>& masses, bool dry_run) {
  const auto bytes = dry_run ? 0 : static_cast<std::uint64_t>(field::box_bytes(options.n));
  std::vector<io::PlannedFile> files;
  for (const std::int64_t seed : seeds) {
    for (const double mass : masses) {
      for (const double z : options.redshifts) {
        const fs::path path = sim::output_path(pair_directory(out, seed), mass, z, options);
        files.push_back({path, io::field_kind("simulate"), bytes});
      }
    }
  }
  return files;
}

/// The cosmology of each mass (simulate.match). Collective.
std::vector<cosmology::Parameters> twins_of(const par::Comm& world, const config::Config& config,
                                            const cosmology::Parameters& parameters,
                                            const cosmology::LinearTables& tables) {
  return par::agree(world, [&] {
    const cosmology::AmplitudeMatch match = amplitude_match(config, "simulate.match");
    std::vector<cosmology::Parameters> twins;
    for (const double mass : config.numbers("simulate.mnu_eV")) {
      twins.push_back(cosmology::twin_parameters(parameters, tables, mass, match));
    }
    return twins;
  });
}

}  // namespace

void simulate(const par::Comm& world, const config::Config& config) {
  // 1. Options.
  memory::release_freed_arrays();
  sim::SimulationOptions options = par::agree(world, [&] { return simulation_options(config); });
  const fs::path out = config.text("simulate.out");
  const std::vector<double> masses = config.numbers("simulate.mnu_eV");
  const std::vector<std::int64_t> seeds = config.integers("simulate.seeds");
  par::StepControl control(world, step_control_options(config, "simulate", out));

  // 2. Cosmology. Refuse runs that would fail before anything is written.
  const cosmology::Parameters parameters = cosmology_parameters(config);
  const cosmology::LinearTables tables = load_tables(world, config);
  cosmology::warn_of_extrapolation(tables, options.box_size_mpch, options.n);
  take_ics(world, config, parameters, options);
  const auto massless = par::agree(world, [&] {
    for (const std::int64_t seed : seeds) {
      options.noise.seed = static_cast<std::uint64_t>(seed);
      sim::require_possible(options, masses, tables);
    }
    return cosmology::LinearTheory(parameters, tables, options.neutrinos,
                                   units::scale_factor(options.redshifts.back()));
  });
  const std::vector<cosmology::Parameters> twins = twins_of(world, config, parameters, tables);
  std::vector<fs::path> inputs;
  if (options.ics) inputs.push_back(options.ics->path);
  io::check_outputs(world, planned_files(out, options, seeds, masses, config.dry_run()), inputs);
  if (config.dry_run()) {
    report_cost(world,
                sim::simulation_cost(world, options, massless, masses.size() * seeds.size()));
  }
  if (config.check_only() || config.dry_run()) return;
  sim::require_memory(world, options, massless);
  if (options.ics) {
    sim::require_usable(world, *options.ics, massless, options.lpt_order, masses);
  }

  // 3. One matched pair per seed: every mass from the same initial phases.
  for (const std::int64_t seed : seeds) {
    options.noise.seed = static_cast<std::uint64_t>(seed);
    const fs::path pair = pair_directory(out, seed), power = pair / "power.txt";
    const io::OutputLock lock = io::OutputLock::of_directory(world, pair);
    bool anything_new = false;
    std::vector<fs::path> outputs;
    for (const cosmology::Parameters& twin : twins) {
      const sim::OutputPlan plan =
          sim::plan_outputs(world, pair, options, twin, tables, "simulate.out");
      for (const sim::PlannedOutput& output : plan.outputs) outputs.push_back(output.path);
      if (plan.is_complete()) {
        log::info("seed {}, {} eV: complete, skipped", seed, twin.M_nu_eV);
        continue;
      }
      if (!anything_new) write_run_record(world, pair, config, inputs);
      anything_new = true;
      sim::make_outputs(world, options, plan, tables, &control);
    }
    // 4. Power spectra next to those of linear theory.
    if (anything_new || !par::root_decides(world, [&] { return fs::exists(power); })) {
      stats::write_power_log(world, power, outputs, parameters, tables);
    }
  }
}

}  // namespace nubox::app
