#include "app/resources.hpp"

#include "nubox/core/fault.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/units.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/memory_model.hpp"

#include "app/doctor/doctor.hpp"
#include "app/setup.hpp"
#include "app/simulate_request.hpp"

#include <filesystem>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// Bytes that this rank will allocate in `simulate`. Collective.
std::uint64_t simulate_bytes(const par::Comm& world, const config::Config& config) {
  const sim::SimulationOptions options = simulation_options(config);
  const cosmology::LinearTables tables = load_tables(world, config);
  return par::agree(world, [&] {
    sim::require_valid(options);
    const cosmology::LinearTheory theory(cosmology_parameters(config), tables, options.neutrinos,
                                         units::scale_factor(options.redshifts.back()));
    return sim::memory_estimate(world, options, theory).peak_bytes();
  });
}

/// The ranks of one machine share its memory. Collective.
Finding memory_for(const par::Comm& world, const std::string& what, std::uint64_t rank_bytes) {
  const par::Comm node = world.split_by_node();
  const std::uint64_t needed = fault::corrupted("doctor.memory", node.all_reduce(rank_bytes));
  const std::uint64_t available = node.all_reduce(memory::available_bytes(), par::Reduction::min);
  const Extreme worst =
      largest(world, static_cast<double>(needed) / static_cast<double>(available),
              fmt::format("{} of {}", memory::text(needed), memory::text(available)));
  return at_most(what, worst.value, "of free", 1, Verdict::fail, worst.note);
}

/// Displacements and velocities of every box, and the checkpoint of the one in work.
std::uint64_t simulate_disk_bytes(const config::Config& config) {
  const auto boxes = static_cast<double>(config.integers("simulate.seeds").size() *
                                         config.numbers("simulate.mnu_eV").size() *
                                         config.numbers("simulate.redshifts").size());
  return static_cast<std::uint64_t>((boxes + 1) *
                                    field_file_bytes(static_cast<double>(config.size("box.n"))));
}

fs::path existing_parent(fs::path path) {
  path = fs::absolute(path);
  while (!fs::exists(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

/// Of the file system as each rank sees it. Collective.
Finding disk_for(const par::Comm& world, const std::string& what, std::uint64_t bytes,
                 const fs::path& out) {
  const auto [directory, available] = par::agree(world, [&] {
    const fs::path parent = existing_parent(out);
    return std::pair<fs::path, std::uint64_t>(parent, fs::space(parent).available);
  });
  const std::uint64_t needed = fault::corrupted("doctor.disk", bytes);
  const Extreme worst = largest(world, static_cast<double>(needed) / static_cast<double>(available),
                                fmt::format("{} of {} in {}", memory::text(needed),
                                            memory::text(available), directory.string()));
  return at_most(what, worst.value, "of free", 1, Verdict::fail, worst.note);
}

}  // namespace

std::vector<Finding> examine_resources(const par::Comm& world, const config::Config& config) {
  if (!config.given("box.n")) {
    return {skipped("memory and disk", "give a configuration with box.n, as to simulate")};
  }
  const std::size_t n = config.size("box.n");
  return {
      memory_for(world, fmt::format("memory of simulate, {}^3", n), simulate_bytes(world, config)),
      disk_for(world, fmt::format("disk for the boxes of simulate, {}^3", n),
               simulate_disk_bytes(config), config.text("simulate.out"))};
}

}  // namespace nubox::app
