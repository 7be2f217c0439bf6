#include "app/options/simulate.hpp"

#include "nubox/core/error.hpp"
#include "nubox/par/agree.hpp"

#include "app/options/choice.hpp"

#include <array>

namespace nubox::app {

sim::SimulationOptions simulation_options(const config::Config& config) {
  sim::SimulationOptions options;
  options.n = config.size("box.n");
  options.box_size_mpch = config.number("box.size_mpch");
  options.z_initial = config.number("simulate.z_initial");
  options.redshifts = config.numbers("simulate.redshifts");
  options.gravity = chosen<sim::Gravity>(config, "simulate.force",
                                         {{"pm", sim::Gravity::pm}, {"p3m", sim::Gravity::p3m}});
  options.softening_mpch = config.number("simulate.softening_mpch");
  const bool own_steps = options.gravity == sim::Gravity::pm || config.given("simulate.steps");
  options.steps = own_steps ? config.size("simulate.steps") : sim::p3m_steps;
  options.accuracy = config.number("simulate.accuracy");
  if (options.accuracy > 0 && config.given("simulate.steps")) {
    throw UsageError("simulate.steps and simulate.accuracy both set the steps: give one of them");
  }
  options.mesh_factor = config.size("simulate.mesh_factor");
  options.lpt_order = static_cast<int>(config.integer("simulate.lpt"));
  options.neutrinos =
      chosen<cosmology::NeutrinoSource>(config, "simulate.neutrinos",
                                        {{"table", cosmology::NeutrinoSource::table},
                                         {"supereasy", cosmology::NeutrinoSource::supereasy},
                                         {"none", cosmology::NeutrinoSource::none}});
  options.stepping = chosen<sim::Stepping>(
      config, "simulate.stepping", {{"pm", sim::Stepping::pm}, {"cola", sim::Stepping::cola}});
  options.noise.fixed_amplitude = config.flag("simulate.fixed_amplitude");
  options.noise.phase_flip = config.flag("simulate.phase_flip");
  options.noise.convention = chosen<sim::NoiseConvention>(
      config, "simulate.noise",
      {{"philox", sim::NoiseConvention::philox}, {"ngenic", sim::NoiseConvention::ngenic}});
  options.noise.sphere = config.flag("simulate.noise_sphere");
  return options;
}

namespace {

/// Refuses what has no meaning for given initial conditions. Rank-local.
void require_fit_for_ics(const config::Config& config) {
  constexpr std::array of_noise{"simulate.noise", "simulate.noise_sphere",
                                "simulate.fixed_amplitude", "simulate.phase_flip"};
  for (const char* option : of_noise) {
    if (config.given(option)) {
      throw UsageError("{} shapes random phases: with simulate.ics the file gives them", option);
    }
  }
  if (config.integers("simulate.seeds").size() != 1) {
    throw UsageError(
        "simulate.ics holds the phases of one realisation: give one number as simulate.seeds, "
        "which names its folder");
  }
}

}  // namespace

void take_ics(const par::Comm& comm, const config::Config& config,
              const cosmology::Parameters& parameters, sim::SimulationOptions& options) {
  const std::string path = config.text("simulate.ics");
  const bool continued = config.flag("simulate.continue");
  par::agree(comm, [&] {
    if (path.empty() && continued) throw UsageError("simulate.continue = true needs simulate.ics");
    if (!path.empty()) require_fit_for_ics(config);
  });
  if (path.empty()) return;
  options.ics = sim::open_ics(comm, path,
                              {.n = options.n,
                               .box_size_mpch = options.box_size_mpch,
                               .parameters = parameters,
                               .continued = continued});
  const io::FieldHeader& header = options.ics->header;
  if (!config.given("simulate.z_initial")) options.z_initial = header.redshift;
  const auto order = io::find<std::int64_t>(header.extra, "lpt");
  par::agree(comm, [&] {
    if (!order && !config.given("simulate.lpt")) {
      throw UsageError(
          "{} does not tell the order of its perturbation theory: give simulate.lpt (1: "
          "Zel'dovich, 2: 2LPT)",
          path);
    }
    if (order && config.given("simulate.lpt") && *order != options.lpt_order) {
      throw UsageError("simulate.lpt = {}, but {} was made with order {}", options.lpt_order, path,
                       *order);
    }
  });
  if (order) options.lpt_order = static_cast<int>(*order);
}

}  // namespace nubox::app
