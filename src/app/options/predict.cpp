#include "app/options/predict.hpp"

#include "nubox/core/error.hpp"
#include "nubox/gadget/expand_inputs.hpp"

#include "app/options/choice.hpp"
#include "app/options/cosmology.hpp"
#include "app/options/import.hpp"
#include "app/options/prior.hpp"
#include "app/options/reader.hpp"
#include "app/setup.hpp"

namespace nubox::app {
namespace {

predict::BoxFormat box_format(const config::Config& config) {
  return chosen<predict::BoxFormat>(
      config, "predict.format",
      {{"field", predict::BoxFormat::field}, {"gadget", predict::BoxFormat::gadget}});
}

/// Model file, empty for the prior alone. The shipped model if neither model nor architecture nor
/// prior are given.
std::filesystem::path model_path(const config::Config& config) {
  const std::string model = config.text("predict.model");
  if (config.given("predict.model")) return find_shipped(model, "models");
  const bool architecture = config.given("model.architecture");
  const bool prior_alone =
      config.text("model.architecture") == "none" || (config.given("model.prior") && !architecture);
  if (prior_alone) return {};
  if (!architecture) return find_shipped(model, "models");
  throw UsageError(
      "the configuration describes a network: set --predict.model=FILE, or "
      "--model.architecture=none with --model.prior=linear|rewind|za|none for physics alone");
}

}  // namespace

predict::SuiteOptions suite_options(const config::Config& config) {
  const auto [part, parts] = predict::part_of(config.text("predict.part"));
  const std::int64_t directories = config.integer("predict.directories");
  return {.inputs = gadget::expand_inputs(config.list_text("predict.in"), "predict.in"),
          .masses_eV = config.numbers("predict.mnu_eV"),
          .out = config.text("predict.out"),
          .format = box_format(config),
          .directories = directories < 0 ? std::nullopt : std::optional<std::size_t>(directories),
          .part = part,
          .parts = parts};
}

predict::PredictorOptions predictor_options(const config::Config& config) {
  predict::PredictorOptions options{
      .cosmology = cosmology_parameters(config),
      .match = amplitude_match(config, "predict.match"),
      .model = model_path(config),
      .without_network = config.text("model.architecture") == "none",
      .rewind = rewind_options(config),
      .ics = config.text("predict.ics"),
      .precision = net::precision_from(config.text("predict.precision")),
      .tiles = {config.size("predict.tile"), 1e9 * config.number("predict.tile_memory_gb")},
      .measure_seams = config.flag("predict.seams"),
      .neutrino_mesh = config.size("predict.neutrino_mesh"),
      .output = {.format = box_format(config),
                 .files = config.size("predict.files"),
                 .velocities = config.flag("predict.velocities"),
                 .neutrino_field = config.flag("predict.neutrino_field")},
      .snapshots = {.reader = reader_options(config),
                    .supplied = supplied_header(config),
                    .import = import_options(config)}};
  if (config.number("predict.A_s") > 0) options.A_s = config.number("predict.A_s");
  if (options.model.empty() || config.given("model.prior")) {
    options.prior = prior::kind_of(config.text("model.prior"));
  }
  return options;
}

}  // namespace nubox::app
