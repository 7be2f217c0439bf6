#include "app/options/doctor.hpp"

#include "nubox/par/agree.hpp"

#include "app/options/cosmology.hpp"
#include "app/options/simulate.hpp"

namespace nubox::app {

doctor::Options doctor_options(const par::Comm& world, const config::Config& config) {
  doctor::Options options{
      .n = config.size("doctor.n"), .directory = config.text("doctor.directory"), .simulation = {}};
  if (config.given("box.n")) {
    options.simulation = doctor::PlannedSimulation{
        .options = simulation_options(config),
        .cosmology = cosmology_parameters(config),
        .tables = par::agree(world, [&] { return tables_directory(config); }),
        .out = config.text("simulate.out"),
        .boxes =
            config.integers("simulate.seeds").size() * config.numbers("simulate.mnu_eV").size()};
  }
  return options;
}

}  // namespace nubox::app
