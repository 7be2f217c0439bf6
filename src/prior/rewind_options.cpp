#include "nubox/prior/rewind_options.hpp"

#include <cstdint>

namespace nubox::prior {

void write_attributes(const RewindOptions& options, io::Attributes& attributes) {
  attributes["rewind_epoch_k_hmpc"] = options.epoch_k_hmpc;
  attributes["rewind_steps"] = static_cast<std::int64_t>(options.steps);
  attributes["rewind_mesh_factor"] = static_cast<std::int64_t>(options.mesh_factor);
  attributes["rewind_velocity_smoothing_mpch"] = options.velocity_smoothing_mpch;
  attributes["rewind_velocity_damping"] = options.velocity_damping;
}

RewindOptions read_rewind_options(const io::Attributes& attributes, const std::string& source) {
  constexpr double of_version_0_1 = 3;
  return {
      io::find<double>(attributes, "rewind_epoch_k_hmpc").value_or(of_version_0_1),
      static_cast<std::size_t>(io::require<std::int64_t>(attributes, "rewind_steps", source)),
      static_cast<std::size_t>(io::require<std::int64_t>(attributes, "rewind_mesh_factor", source)),
      io::require<double>(attributes, "rewind_velocity_smoothing_mpch", source),
      io::require<double>(attributes, "rewind_velocity_damping", source)};
}

}  // namespace nubox::prior
