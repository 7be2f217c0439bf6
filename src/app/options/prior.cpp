#include "app/options/prior.hpp"

namespace nubox::app {

prior::RewindOptions rewind_options(const config::Config& config) {
  return {.epoch_k_hmpc = config.number("prior.epoch_k_hmpc"),
          .steps = config.size("prior.steps"),
          .mesh_factor = config.size("prior.mesh_factor"),
          .velocity_smoothing_mpch = config.number("prior.velocity_smoothing_mpch"),
          .velocity_damping = config.number("prior.velocity_damping")};
}

}  // namespace nubox::app
