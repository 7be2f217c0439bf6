#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/train/pair_reader.hpp"
#include "nubox/train/prior_calibration.hpp"
#include "nubox/train/trainer.hpp"

#include "app/commands.hpp"
#include "app/prior_setup.hpp"
#include "app/resources.hpp"
#include "app/run_record.hpp"
#include "app/setup.hpp"
#include "app/torch/architecture_options.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

train::TrainOptions train_options(const config::Config& config) {
  train::TrainOptions options;
  options.tile = config.size("train.crop");
  options.epochs = config.size("train.epochs");
  options.select = config.text("train.select");
  options.select_every = config.size("train.select_every");
  options.batch = config.size("train.batch");
  options.learning_rate = config.number("train.learning_rate");
  options.schedule = config.text("train.schedule");
  options.optimizer = config.text("train.optimizer");
  options.weight_decay = config.number("train.weight_decay");
  options.ema = config.number("train.ema");
  options.loss = {config.text("loss.lagrangian"), config.number("loss.eulerian"),
                  config.number("loss.gradient"), config.number("loss.spectral")};
  options.augment = config.flag("train.augment");
  options.random_shift = config.flag("train.random_shift");
  options.micro_batch = config.size("train.micro_batch");
  options.clip_norm = config.number("train.clip_norm");
  options.deterministic = config.flag("train.deterministic");
  options.batch_norm = config.text("train.batch_norm");
  options.precision = config.text("train.precision");
  options.backend = config.text("train.backend");
  options.check_sums = config.flag("train.check_sums");
  options.seed = static_cast<std::uint64_t>(config.integer("train.seed"));
  options.resume = config.text("train.resume");
  if (config.given("train.start"))
    options.start = find_shipped(config.text("train.start"), "models");
  options.out = config.text("train.out");
  options.config_hash = checksum_text(
      config.hash({"train.out", "train.resume", "train.checkpoint_minutes",
                   "train.wall_clock_minutes", "run.watchdog_minutes", "data.cache"}));
  return options;
}

/// Collective.
train::PairOptions pair_options(const par::Comm& world, const config::Config& config) {
  return {.parameters = cosmology_parameters(config),
          .tables = load_tables(world, config),
          .prior = prior::kind_of(config.text("model.prior")),
          .rewind = rewind_options(config),
          .cache = config.text("data.cache")};
}

void report_training_needs(const par::Comm& world, const net::ModelCard& card,
                           const train::TrainOptions& options, std::size_t training_pairs,
                           std::size_t validation_pairs, bool cached) {
  const auto n = static_cast<double>(card.data.n);
  const double pairs = static_cast<double>(training_pairs + validation_pairs);
  // Features, prior and target of every pair are kept; the prior of one pair is at work.
  constexpr double floats_per_site = 9 + 3 + 3, floats_at_work = 40;
  const double sites = n * n * n / world.size();
  const double kept_bytes = sizeof(float) * sites * floats_per_site * pairs;
  const double crops = static_cast<double>(training_pairs) *
                       std::pow(n / static_cast<double>(options.tile), 3) *
                       static_cast<double>(options.epochs);
  // A pass forward and one back, which takes twice as much; two operations per multiply-add.
  const double flop =
      crops * 3 * 2 *
      net::multiply_adds(card.architecture, {options.tile, options.tile, options.tile});
  report_resources(
      world, {.rank_bytes = memory::rss_bytes() +
                            static_cast<std::uint64_t>(sizeof(float) * sites * floats_at_work +
                                                       (cached ? 0 : kept_bytes)),
              .core_seconds = flop / usual_network_flops,
              .basis = fmt::format("{:.0f} GFLOP/s ({:.2g} PFLOP)", 1e-9 * usual_network_flops,
                                   1e-15 * flop),
              .file_bytes = cached ? kept_bytes * world.size() : 0});
}

/// Pairs of a massless and a massive box.
std::size_t pairs_of(const std::vector<train::Realisation>& realisations) {
  std::size_t pairs = 0;
  for (const train::Realisation& realisation : realisations) pairs += realisation.massive.size();
  return pairs;
}

/// Refuses options that contradict each other or leave nothing to do.
void require_possible(const config::Config& config, const train::TrainOptions& options,
                      const net::Architecture& architecture) {
  const bool calibrates = config.flag("prior.calibrate") &&
                          train::can_be_calibrated(prior::kind_of(config.text("model.prior")));
  for (const char* fitted : {"prior.velocity_damping", "prior.velocity_smoothing_mpch"}) {
    if (calibrates && config.given(fitted)) {
      throw UsageError("{} is fitted to the training pairs unless prior.calibrate=false", fitted);
    }
  }
  if (architecture.name == "none" && !options.start.empty()) {
    throw UsageError("train.start = {} needs a network to train", options.start.string());
  }
  if (architecture.name != "none") {
    train::require_valid(options, architecture);
  } else if (!calibrates) {
    throw UsageError(
        "nothing to train: model.architecture = none needs prior.calibrate and the prior linear or "
        "rewind");
  }
}

/// What the validation boxes say, for the log.
std::string judgement(const train::TrainReport& report) {
  std::string judged;
  if (report.best_validation_loss) {
    judged += fmt::format(", validation loss {:.5f}", *report.best_validation_loss);
  }
  if (report.prior_validation_loss) {
    judged += fmt::format(" (prior alone {:.5f})", *report.prior_validation_loss);
  }
  if (report.best_spectral_error) {
    judged += fmt::format(", mean |T-1| + (1-r) {:.5f} (prior alone {:.5f})",
                          *report.best_spectral_error, *report.prior_spectral_error);
  }
  return judged;
}

/// Makes the card that of a continuation: the weights of `start` mean something only over its prior
/// and with its scales. @throws UsageError if another network was asked for
void require_continues(const net::ModelCard& start, const fs::path& path, net::ModelCard& card) {
  if (start.architecture != card.architecture || start.prior != card.prior ||
      start.features != card.features) {
    throw UsageError(
        "train.start = {}: {} over {} with {} channels, but {} over {} with {} channels is asked "
        "for",
        path.string(), start.architecture.name, start.prior, start.features.size(),
        card.architecture.name, card.prior, card.features.size());
  }
  card.feature_scales = start.feature_scales;
  card.output_scale_mpch = start.output_scale_mpch;
  card.extra["started_from"] = path.filename().string();
}

/// All files that a training reads, realisation by realisation.
std::vector<fs::path> boxes_of(const train::PairSplit& split) {
  std::vector<fs::path> boxes;
  for (const auto* part : {&split.training, &split.validation}) {
    for (const train::Realisation& realisation : *part) {
      boxes.push_back(realisation.massless);
      boxes.insert(boxes.end(), realisation.massive.begin(), realisation.massive.end());
    }
  }
  return boxes;
}

/// Without a network the calibrated prior is the model.
void publish_prior(const par::Comm& world, const fs::path& out, net::ModelCard card) {
  card.output_scale_mpch = 1;
  const fs::path path = out / "model.h5";
  net::save_card(world, path, card);
  log::info("{}: the calibrated prior '{}', no network", path.string(), card.prior);
}

}  // namespace

void train(const par::Comm& world, const config::Config& config) {
  // Made first: a signal while pairs are read stops the first step, and reading takes time too.
  par::StepControl control(world, {.checkpoint_minutes = config.number("train.checkpoint_minutes"),
                                   .wall_clock_minutes = config.number("train.wall_clock_minutes"),
                                   .stop_file = fs::path(config.text("train.out")) / "stop"});
  net::ModelCard card;
  train::TrainOptions options = par::agree(world, [&] { return train_options(config); });
  const train::PairSplit split = par::agree(world, [&] {
    card.architecture = config.text("model.architecture") == "none"
                            ? net::default_architecture("none")
                            : architecture_of(config);
    net::require_valid(card.architecture);
    require_possible(config, options, card.architecture);
    return train::split_pairs(config.texts("data.pairs"), config.numbers("data.split"));
  });
  log::info("{} realisations to train on, {} to validate, {} left for tests", split.training.size(),
            split.validation.size(), split.test.size());
  const std::vector<fs::path> inputs = boxes_of(split);
  train::PairReader reader(world, pair_options(world, config), card);
  for (const auto* part : {&split.training, &split.validation}) {
    for (const train::Realisation& realisation : *part) reader.check(realisation);
  }
  if (config.check_only() || config.dry_run()) {
    if (config.dry_run()) {
      report_training_needs(world, card, options, pairs_of(split.training),
                            pairs_of(split.validation), !config.text("data.cache").empty());
    }
    return;
  }

  const io::InputDigests digests = io::digest_inputs(world, inputs);
  write_digested_run_record(world, options.out, config, digests);
  std::optional<net::ModelCard> start;
  if (!options.start.empty()) start = net::load_card(world, options.start);
  if (start) {
    card.calibration = start->calibration;
  } else if (config.flag("prior.calibrate")) {
    reader.calibrate_prior(split.training);
  }
  card.data_manifest = train::manifest(inputs, digests);
  if (card.architecture.name == "none") {
    publish_prior(world, options.out, std::move(card));
    return;
  }
  std::vector<train::TrainingPair> pairs;
  log::set_phase("train: prior of the pairs");
  for (const auto* part : {&split.training, &split.validation}) {
    for (const train::Realisation& realisation : *part) {
      reader.read(realisation, part == &split.validation, pairs);
    }
  }
  card.extra["crop"] = static_cast<std::int64_t>(options.tile);
  if (start) par::agree(world, [&] { require_continues(*start, options.start, card); });
  log::set_phase("train");
  const train::TrainReport report = train::train(world, options, card, std::move(pairs), &control);
  if (config.flag("train.calibrate") && card.architecture.residual) {
    reader.calibrate_model(report.model, split.training);
  }
  log::info("{}: {} parameters, {} steps in {:.0f} s{}", report.model.string(), report.parameters,
            report.steps, report.seconds, judgement(report));
}

}  // namespace nubox::app
