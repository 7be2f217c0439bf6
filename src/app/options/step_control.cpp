#include "app/options/step_control.hpp"

namespace nubox::app {

par::StepControl::Options step_control_options(const config::Config& config,
                                               const std::string& section,
                                               const std::filesystem::path& out) {
  return {.checkpoint_minutes = config.number(section + ".checkpoint_minutes"),
          .wall_clock_minutes = config.number(section + ".wall_clock_minutes"),
          .stop_file = out / "stop"};
}

}  // namespace nubox::app
