#include "app/options/doctor.hpp"

#include "nubox/par/agree.hpp"

#include "app/options/simulate.hpp"
#include "app/resources.hpp"
#include "app/setup.hpp"

namespace nubox::app {
namespace {

/// Displacements and velocities of every box, and the checkpoint of the one being simulated.
std::uint64_t simulate_disk_bytes(const config::Config& config) {
  const auto boxes = static_cast<double>(config.integers("simulate.seeds").size() *
                                         config.numbers("simulate.mnu_eV").size() *
                                         config.numbers("simulate.redshifts").size());
  return static_cast<std::uint64_t>((boxes + 1) *
                                    field_file_bytes(static_cast<double>(config.size("box.n"))));
}

}  // namespace

doctor::Options doctor_options(const par::Comm& world, const config::Config& config) {
  doctor::Options options{
      .n = config.size("doctor.n"), .directory = config.text("doctor.directory"), .simulation = {}};
  if (config.given("box.n")) {
    options.simulation = doctor::PlannedSimulation{
        .options = simulation_options(config),
        .cosmology = cosmology_parameters(config),
        .tables = par::agree(
            world, [&] { return find_shipped(config.text("cosmology.tables"), "cosmology"); }),
        .out = config.text("simulate.out"),
        .disk_bytes = simulate_disk_bytes(config)};
  }
  return options;
}

}  // namespace nubox::app
