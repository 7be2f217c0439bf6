#include "nubox/core/fault.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/units.hpp"
#include "nubox/doctor/check.hpp"
#include "nubox/field/box.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/sim/simulation_cost.hpp"
#include "nubox/sim/simulation_memory.hpp"

#include <filesystem>

namespace nubox::doctor {
namespace {

namespace fs = std::filesystem;

/// Bytes that this rank will allocate in `simulate`. Collective.
std::uint64_t simulate_bytes(const par::Comm& world, const PlannedSimulation& simulation) {
  const sim::SimulationOptions& options = simulation.options;
  const auto tables = cosmology::LinearTables::load(world, simulation.tables, simulation.cosmology);
  return par::agree(world, [&] {
    sim::require_valid(options);
    const cosmology::LinearTheory theory(simulation.cosmology, tables, options.neutrinos,
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

/// All boxes, and the checkpoint of the run in progress.
std::uint64_t disk_bytes(const PlannedSimulation& simulation) {
  const sim::SimulationOptions& options = simulation.options;
  return static_cast<std::uint64_t>(sim::output_bytes(options, simulation.boxes) +
                                    field::box_bytes(options.n));
}

fs::path existing_parent(fs::path path) {
  path = fs::absolute(path);
  while (!fs::exists(path) && path.has_relative_path()) path = path.parent_path();
  return path;
}

/// Disk space, for every rank. Collective.
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

std::vector<Finding> examine_capacity(const par::Comm& world, const Options& options) {
  if (!options.simulation) {
    return {skipped("memory and disk", "needs a configuration of simulate with box.n")};
  }
  const PlannedSimulation& simulation = *options.simulation;
  const std::size_t n = simulation.options.n;
  return {memory_for(world, fmt::format("memory of simulate, {}^3", n),
                     simulate_bytes(world, simulation)),
          disk_for(world, fmt::format("disk for the boxes of simulate, {}^3", n),
                   disk_bytes(simulation), simulation.out)};
}

}  // namespace nubox::doctor
