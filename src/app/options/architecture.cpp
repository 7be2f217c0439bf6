#include "app/options/architecture.hpp"

#include "nubox/core/error.hpp"

namespace nubox::app {

net::Architecture architecture_of(const config::Config& config) {
  const std::string name = config.text("model.architecture");
  if (name == "none") throw UsageError("model.architecture = none has no network");
  if (name == "vnet" && config.text("model.padding") != "halo") {
    throw UsageError("vnet supports only the exact halo: use model.padding = halo");
  }
  net::Architecture wanted = sized_architecture(name, config);
  wanted.padding = config.text("model.padding");
  return wanted;
}

net::Architecture sized_architecture(const std::string& name, const config::Config& config) {
  net::Architecture wanted = net::default_architecture(name);
  if (const auto channels = config.size("model.channels"); channels > 0) wanted.channels = channels;
  if (const auto levels = config.size("model.levels"); levels > 0) wanted.levels = levels;
  return wanted;
}

}  // namespace nubox::app
