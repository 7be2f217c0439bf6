#pragma once

#include "nubox/sim/simulate.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace nubox::sim {

/// One field file of a simulation.
struct PlannedOutput {
  std::filesystem::path path;
  bool complete = false;  ///< a valid file of this run exists
};

/// The outputs of one mass of one realisation.
struct OutputPlan {
  cosmology::Parameters parameters;
  std::filesystem::path folder;
  std::vector<PlannedOutput> outputs;  ///< by redshift, as in the options
  std::filesystem::path checkpoint;    ///< state of the unfinished run

  [[nodiscard]] bool is_complete() const;
  /// Number of outputs, from the first, that are complete before one is missing.
  [[nodiscard]] std::size_t complete_from_first() const;
};

/// `<folder>/mnu-<eV>.h5`; with several output redshifts `<folder>/mnu-<eV>-z<redshift>.h5`, three
/// decimals each.
[[nodiscard]] std::filesystem::path output_path(const std::filesystem::path& folder, double M_nu_eV,
                                                double redshift, const SimulationOptions& options);

/// Checks everything on which a run of these masses would fail later. Rank-local.
/// @throws UsageError for invalid options, or redshifts or masses that would share a file name;
///         InputError if the tables do not cover the wavenumbers and masses
void require_possible(const SimulationOptions& options, const std::vector<double>& masses_eV,
                      const cosmology::LinearTables& tables);

/// Finds which outputs in `folder` are complete. Their files are read and verified.
///
/// @param parameters  with the mass of this run
/// @param option      names the output folder in error texts
/// Collective. @throws InputError (agreed) if a file of another run has the name of an output
[[nodiscard]] OutputPlan plan_outputs(const par::Comm& comm, const std::filesystem::path& folder,
                                      const SimulationOptions& options,
                                      const cosmology::Parameters& parameters,
                                      const cosmology::LinearTables& tables,
                                      const std::string& option);

/// Simulates the mass of a plan and writes the outputs that are not complete. Collective.
/// @throws as simulate()
void make_outputs(const par::Comm& comm, const SimulationOptions& options, const OutputPlan& plan,
                  const cosmology::LinearTables& tables, par::StepControl* control);

}  // namespace nubox::sim
