#include "app/prior_setup.hpp"

namespace nubox::app {

prior::RewindOptions rewind_options(const config::Config& config) {
  return {config.size("prior.steps"), config.size("prior.mesh_factor"),
          config.number("prior.velocity_smoothing_mpch"), config.number("prior.velocity_damping")};
}

}  // namespace nubox::app
