#include "app/prior_setup.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"

#include <variant>

namespace nubox::app {
namespace {

template <class T>
T attribute(const io::Attributes& attributes, const std::string& name) {
  const auto found = attributes.find(name);
  const T* value = found == attributes.end() ? nullptr : std::get_if<T>(&found->second);
  if (value == nullptr) throw InputError("the model file lacks the attribute '{}'", name);
  return *value;
}

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
  return {static_cast<std::size_t>(attribute<std::int64_t>(attributes, "rewind_steps")),
          static_cast<std::size_t>(attribute<std::int64_t>(attributes, "rewind_mesh_factor")),
          attribute<double>(attributes, "rewind_velocity_smoothing_mpch"),
          attribute<double>(attributes, "rewind_velocity_damping")};
}

}  // namespace nubox::app
