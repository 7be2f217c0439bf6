#include "app/torch/architecture_options.hpp"

#include "nubox/core/error.hpp"

namespace nubox::app {

net::Architecture architecture_of(const config::Config& config) {
  const std::string name = config.text("model.architecture");
  if (name == "none") throw UsageError("model.architecture = none is no network");
  net::Architecture wanted = net::default_architecture(name);
  if (name == "vnet" && config.text("model.padding") != "halo") {
    throw UsageError("the vnet has no padding but the exact halo: leave model.padding at halo");
  }
  if (name == "vnet") {
    wanted.channels = config.size("model.channels");
    wanted.levels = config.size("model.levels");
  } else {
    wanted.padding = config.text("model.padding");
  }
  return wanted;
}

}  // namespace nubox::app
