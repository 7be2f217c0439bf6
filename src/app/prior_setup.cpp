#include "app/prior_setup.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include <variant>

namespace nubox::app {
namespace {

constexpr const char* model_file = "the model file";

}  // namespace

prior::Theories make_theories(const cosmology::Parameters& parameters,
                              const cosmology::LinearTables& tables,
                              const io::FieldHeader& massless_input, double M_nu_eV) {
  const double a = units::scale_factor(massless_input.redshift);
  const auto source = cosmology::NeutrinoSource::table;
  return {cosmology::LinearTheory(parameters.with_mass(0), tables, source, a),
          cosmology::LinearTheory(parameters.with_mass(M_nu_eV), tables, source, a)};
}

prior::RewindOptions rewind_options(const config::Config& config) {
  return {config.size("prior.steps"), config.size("prior.mesh_factor"),
          config.number("prior.velocity_smoothing_mpch"), config.number("prior.velocity_damping")};
}

void write_attributes(const prior::RewindOptions& options, io::Attributes& attributes) {
  attributes["rewind_steps"] = static_cast<std::int64_t>(options.steps);
  attributes["rewind_mesh_factor"] = static_cast<std::int64_t>(options.mesh_factor);
  attributes["rewind_velocity_smoothing_mpch"] = options.velocity_smoothing_mpch;
  attributes["rewind_velocity_damping"] = options.velocity_damping;
}

prior::RewindOptions read_rewind_options(const io::Attributes& attributes) {
  return {
      static_cast<std::size_t>(io::require<std::int64_t>(attributes, "rewind_steps", model_file)),
      static_cast<std::size_t>(
          io::require<std::int64_t>(attributes, "rewind_mesh_factor", model_file)),
      io::require<double>(attributes, "rewind_velocity_smoothing_mpch", model_file),
      io::require<double>(attributes, "rewind_velocity_damping", model_file)};
}

}  // namespace nubox::app
