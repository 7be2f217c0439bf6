#include "nubox/prior/theories.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/units.hpp"
#include "nubox/io/attributes.hpp"

namespace nubox::prior {
namespace {

constexpr const char* model_file = "the model file";
constexpr auto neutrino_source = cosmology::NeutrinoSource::table;

std::size_t count_of(const io::Attributes& attributes, const char* name) {
  return static_cast<std::size_t>(io::require<std::int64_t>(attributes, name, model_file));
}

}  // namespace

Theories make_theories(const cosmology::Parameters& parameters,
                       const cosmology::LinearTables& tables, const io::FieldHeader& massless_input,
                       double M_nu_eV) {
  const double a = units::scale_factor(massless_input.redshift);
  const cosmology::LinearTheory massless(parameters.with_mass(0), tables, neutrino_source, a);
  return make_theories({massless, massless}, tables, M_nu_eV);
}

Theories make_theories(const Theories& other, const cosmology::LinearTables& tables,
                       double M_nu_eV) {
  const cosmology::LinearTheory& massless = other.massless;
  return {massless, cosmology::LinearTheory(massless.parameters().with_mass(M_nu_eV), tables,
                                            neutrino_source, massless.a_out())};
}

void write_attributes(const RewindOptions& options, io::Attributes& attributes) {
  attributes["rewind_steps"] = static_cast<std::int64_t>(options.steps);
  attributes["rewind_mesh_factor"] = static_cast<std::int64_t>(options.mesh_factor);
  attributes["rewind_velocity_smoothing_mpch"] = options.velocity_smoothing_mpch;
  attributes["rewind_velocity_damping"] = options.velocity_damping;
}

RewindOptions read_rewind_options(const io::Attributes& attributes) {
  return {
      .steps = count_of(attributes, "rewind_steps"),
      .mesh_factor = count_of(attributes, "rewind_mesh_factor"),
      .velocity_smoothing_mpch =
          io::require<double>(attributes, "rewind_velocity_smoothing_mpch", model_file),
      .velocity_damping = io::require<double>(attributes, "rewind_velocity_damping", model_file)};
}

}  // namespace nubox::prior
