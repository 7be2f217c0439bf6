#include "nubox/sim/output_plan.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/cosmology/mass_text.hpp"
#include "nubox/field/complete_output.hpp"
#include "nubox/io/field_header.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace nubox::sim {
namespace {

std::string redshift_text(double redshift) { return fmt::format("{:.3f}", redshift); }

/// In what two headers describe different runs; the code version may differ.
std::string difference(io::FieldHeader found, const io::FieldHeader& expected) {
  found.code_version = expected.code_version;
  return io::first_difference(io::attributes_of(found), io::attributes_of(expected));
}

}  // namespace

bool OutputPlan::is_complete() const {
  return std::ranges::all_of(outputs, [](const PlannedOutput& output) { return output.complete; });
}

std::size_t OutputPlan::complete_from_first() const {
  const auto missing = std::ranges::find(outputs, false, &PlannedOutput::complete);
  return static_cast<std::size_t>(missing - outputs.begin());
}

std::filesystem::path output_path(const std::filesystem::path& folder, double M_nu_eV,
                                  double redshift, const SimulationOptions& options) {
  const bool several = options.redshifts.size() > 1;
  const std::string suffix = several ? "-z" + redshift_text(redshift) : "";
  return folder / fmt::format("mnu-{}{}.h5", cosmology::mass_text(M_nu_eV), suffix);
}

void require_possible(const SimulationOptions& options, const std::vector<double>& masses_eV,
                      const cosmology::LinearTables& tables) {
  require_valid(options);
  for (std::size_t i = 1; i < options.redshifts.size(); ++i) {
    if (redshift_text(options.redshifts[i - 1]) == redshift_text(options.redshifts[i])) {
      throw UsageError(
          "simulate.redshifts: {} and {} have the same file name, which has three decimals",
          options.redshifts[i - 1], options.redshifts[i]);
    }
  }
  const double k_fundamental = 2 * units::pi / options.box_size_mpch;
  const double k_corner = std::sqrt(3.0) * k_fundamental * static_cast<double>(options.n) / 2;
  cosmology::require_writable_masses(masses_eV, "simulate.mnu_eV");
  for (const double mass : masses_eV) {
    // The tables throw outside their range.
    for (const double k : {k_fundamental, k_corner}) (void)tables.T_cb(k, options.z_initial, mass);
  }
}

OutputPlan plan_outputs(const par::Comm& comm, const std::filesystem::path& folder,
                        const SimulationOptions& options, const cosmology::Parameters& parameters,
                        const cosmology::LinearTables& tables, const std::string& option) {
  const std::string mass = cosmology::mass_text(parameters.M_nu_eV);
  OutputPlan plan{parameters, folder, {}, folder / fmt::format("checkpoint-mnu-{}.h5", mass)};
  for (const double z : options.redshifts) {
    std::filesystem::path path = output_path(folder, parameters.M_nu_eV, z, options);
    const io::FieldHeader expected = output_header(options, parameters, tables, z);
    const auto other = [&](const io::FieldHeader& found) { return difference(found, expected); };
    const bool complete = field::is_complete_output(comm, path, other, option);
    plan.outputs.push_back({std::move(path), complete});
  }
  return plan;
}

void make_outputs(const par::Comm& comm, const SimulationOptions& options, const OutputPlan& plan,
                  const cosmology::LinearTables& tables, par::StepControl* control) {
  const auto write = [&](const field::Box& box) {
    const auto path =
        output_path(plan.folder, plan.parameters.M_nu_eV, box.header.redshift, options);
    const auto planned = std::ranges::find(plan.outputs, path, &PlannedOutput::path);
    if (planned != plan.outputs.end() && planned->complete) return;
    field::write_box(path, box).finish();
  };
  simulate(comm, options, plan.parameters, tables, write,
           {.checkpoint = plan.checkpoint,
            .control = control,
            .outputs_present = plan.complete_from_first()});
}

}  // namespace nubox::sim
