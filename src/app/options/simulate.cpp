#include "app/options/simulate.hpp"

#include "app/setup.hpp"

namespace nubox::app {

sim::SimulationOptions simulation_options(const config::Config& config) {
  sim::SimulationOptions options;
  options.n = config.size("box.n");
  options.box_size_mpch = config.number("box.size_mpch");
  options.z_initial = config.number("simulate.z_initial");
  options.redshifts = config.numbers("simulate.redshifts");
  options.gravity = config.text("simulate.force") == "p3m" ? sim::Gravity::p3m : sim::Gravity::pm;
  options.softening_mpch = config.number("simulate.softening_mpch");
  const bool own_steps = options.gravity == sim::Gravity::pm || config.given("simulate.steps");
  options.steps = own_steps ? config.size("simulate.steps") : sim::p3m_steps;
  options.mesh_factor = config.size("simulate.mesh_factor");
  options.lpt_order = static_cast<int>(config.integer("simulate.lpt"));
  options.neutrinos = neutrino_source(config.text("simulate.neutrinos"));
  options.stepping =
      config.text("simulate.stepping") == "cola" ? sim::Stepping::cola : sim::Stepping::pm;
  options.noise.fixed_amplitude = config.flag("simulate.fixed_amplitude");
  options.noise.phase_flip = config.flag("simulate.phase_flip");
  options.noise.convention = config.text("simulate.noise") == "ngenic"
                                 ? sim::NoiseConvention::ngenic
                                 : sim::NoiseConvention::philox;
  options.noise.sphere = config.flag("simulate.noise_sphere");
  return options;
}

par::StepControl::Options step_control_options(const config::Config& config,
                                               const std::filesystem::path& out) {
  return {.checkpoint_minutes = config.number("simulate.checkpoint_minutes"),
          .wall_clock_minutes = config.number("simulate.wall_clock_minutes"),
          .stop_file = out / "stop"};
}

}  // namespace nubox::app
