#pragma once

#include "nubox/core/error.hpp"
#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/doctor/finding.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/sim/simulate.hpp"

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

/// The checks of `nubox doctor`: each examines one property of the machine that may make runs fail
/// or slow, and reports it in lines of a table.
namespace nubox::doctor {

/// Simulations whose memory and disk space are compared with what is free.
struct PlannedSimulation {
  sim::SimulationOptions options;
  cosmology::Parameters cosmology;
  std::filesystem::path tables;  ///< directory of its linear tables
  std::filesystem::path out;     ///< where its boxes will be written
  std::size_t boxes = 1;         ///< runs: seeds times masses
};

struct Options {
  std::size_t n = 32;                     ///< mesh for the checks of files and transforms
  std::filesystem::path directory = ".";  ///< of scratch files
  std::optional<PlannedSimulation> simulation;
};

/// A check, in a separate file. Collective. It may throw agreed errors, which count as failures.
struct Check {
  std::string name;
  ExitCode code;  ///< of a failure
  std::vector<Finding> (*examine)(const par::Comm& world, const Options& options);
};

/// The checks that need no LibTorch, in the order of the table.
[[nodiscard]] std::vector<Check> machine_checks();

[[nodiscard]] std::vector<Finding> examine_messages(const par::Comm& world, const Options& options);
[[nodiscard]] std::vector<Finding> examine_files(const par::Comm& world, const Options& options);
[[nodiscard]] std::vector<Finding> examine_transforms(const par::Comm& world,
                                                      const Options& options);
[[nodiscard]] std::vector<Finding> examine_clocks(const par::Comm& world, const Options& options);
[[nodiscard]] std::vector<Finding> examine_placement(const par::Comm& world,
                                                     const Options& options);
[[nodiscard]] std::vector<Finding> examine_capacity(const par::Comm& world, const Options& options);

}  // namespace nubox::doctor
