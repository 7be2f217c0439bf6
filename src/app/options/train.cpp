#include "app/options/train.hpp"

#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/prior/prior.hpp"
#include "nubox/train/prior_calibration.hpp"
#include "nubox/train/trainer.hpp"

#include "app/options/choice.hpp"
#include "app/options/cosmology.hpp"
#include "app/options/prior.hpp"
#include "app/setup.hpp"

namespace nubox::app {
namespace {

train::LossOptions loss_options(const config::Config& config) {
  return {chosen<train::DisplacementLoss>(
              config, "loss.lagrangian",
              {{"l1", train::DisplacementLoss::l1}, {"mse", train::DisplacementLoss::mse}}),
          config.number("loss.eulerian"), config.number("loss.gradient"),
          config.number("loss.spectral")};
}

}  // namespace

train::GradientBackend gradient_backend(const config::Config& config) {
  return chosen<train::GradientBackend>(config, "train.backend",
                                        {{"auto", train::GradientBackend::automatic},
                                         {"nccl", train::GradientBackend::nccl},
                                         {"mpi", train::GradientBackend::mpi}});
}

train::TrainOptions train_options(const config::Config& config) {
  train::TrainOptions options;
  options.tile = config.size("train.crop");
  options.epochs = config.size("train.epochs");
  options.select = chosen<train::Selection>(
      config, "train.select",
      {{"spectra", train::Selection::spectra}, {"loss", train::Selection::loss}});
  options.select_every = config.size("train.select_every");
  options.batch = config.size("train.batch");
  options.learning_rate = config.number("train.learning_rate");
  options.schedule = chosen<train::Schedule>(
      config, "train.schedule",
      {{"constant", train::Schedule::constant}, {"cosine", train::Schedule::cosine}});
  options.optimizer = chosen<train::OptimizerKind>(
      config, "train.optimizer",
      {{"adam", train::OptimizerKind::adam}, {"adamw", train::OptimizerKind::adamw}});
  options.weight_decay = config.number("train.weight_decay");
  options.ema = config.number("train.ema");
  options.loss = loss_options(config);
  options.augment = config.flag("train.augment");
  options.random_shift = config.flag("train.random_shift");
  options.micro_batch = config.size("train.micro_batch");
  options.clip_norm = config.number("train.clip_norm");
  options.deterministic = config.flag("train.deterministic");
  options.batch_norm = chosen<train::NormStatistics>(
      config, "train.batch_norm",
      {{"local", train::NormStatistics::local}, {"sync", train::NormStatistics::synchronised}});
  options.precision = net::precision_from(config.text("train.precision"));
  options.backend = gradient_backend(config);
  options.check_sums = config.flag("train.check_sums");
  options.seed = static_cast<std::uint64_t>(config.integer("train.seed"));
  const std::string resume = config.text("train.resume");
  if (resume == "never") {
    options.resume = train::Resume::never;
  } else if (resume != "auto") {
    options.resume = train::Resume::file;
    options.checkpoint = resume;
  }
  if (config.given("train.start"))
    options.start = find_shipped(config.text("train.start"), "models");
  options.out = config.text("train.out");
  const std::vector<std::string> may_change{"train.out",
                                            "train.resume",
                                            "train.checkpoint_minutes",
                                            "train.wall_clock_minutes",
                                            "run.watchdog_minutes",
                                            "data.cache"};
  options.config_hash = checksum_text(config.hash(may_change));
  for (const auto& [name, text] : config.texts_except(may_change)) {
    options.option_values[name] = text;
  }
  return options;
}

train::PairOptions pair_options(const par::Comm& world, const config::Config& config) {
  return {.parameters = cosmology_parameters(config),
          .tables = load_tables(world, config),
          .prior = prior::kind_of(config.text("model.prior")),
          .rewind = rewind_options(config),
          .cache = config.text("data.cache")};
}

void require_trainable(const config::Config& config, const train::TrainOptions& options,
                       const net::Architecture& architecture) {
  const bool calibrates = config.flag("prior.calibrate") &&
                          train::can_be_calibrated(prior::kind_of(config.text("model.prior")));
  for (const char* fitted : {"prior.velocity_damping", "prior.velocity_smoothing_mpch"}) {
    if (calibrates && config.given(fitted)) {
      throw UsageError("{} is fitted to the training pairs unless prior.calibrate=false", fitted);
    }
  }
  if (!architecture.has_network() && !options.start.empty()) {
    throw UsageError("train.start = {} needs a network to train", options.start.string());
  }
  if (architecture.has_network()) {
    train::require_valid(options, architecture);
  } else if (!calibrates) {
    throw UsageError(
        "nothing to train: model.architecture = none needs prior.calibrate and the prior linear or "
        "rewind");
  }
}

}  // namespace nubox::app
