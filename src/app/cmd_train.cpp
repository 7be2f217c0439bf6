#include "nubox/core/log.hpp"
#include "nubox/io/digest.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/output_lock.hpp"
#include "nubox/io/paths.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"
#include "nubox/par/step_control.hpp"
#include "nubox/train/continuation.hpp"
#include "nubox/train/pair_reader.hpp"
#include "nubox/train/trainer.hpp"
#include "nubox/train/training_cost.hpp"

#include "app/commands.hpp"
#include "app/options/architecture.hpp"
#include "app/options/step_control.hpp"
#include "app/options/train.hpp"
#include "app/report_cost.hpp"
#include "app/run_record.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

/// The model must not replace an input, least of all the model that training starts from.
void check_model(const par::Comm& world, const train::TrainOptions& options,
                 std::vector<fs::path> inputs) {
  if (!options.start.empty()) inputs.push_back(options.start);
  io::check_outputs(
      world,
      std::vector<io::PlannedFile>{{options.out / "model.h5", io::table_kind(net::model_format)}},
      inputs);
}

/// Training and validation pairs with the prior applied. Collective.
std::vector<train::TrainingPair> read_pairs(train::PairReader& reader,
                                            const train::PairSplit& split) {
  log::set_phase("train: prior of the pairs");
  std::vector<train::TrainingPair> pairs;
  for (const auto* part : {&split.training, &split.validation}) {
    for (const train::Realisation& realisation : *part) {
      reader.read(realisation, part == &split.validation, pairs);
    }
  }
  return pairs;
}

/// Validation results for the log.
std::string validation_text(const train::TrainReport& report) {
  std::string text;
  if (report.best_validation_loss) {
    text += fmt::format(", validation loss {:.5f}", *report.best_validation_loss);
  }
  if (report.prior_validation_loss) {
    text += fmt::format(" (prior alone {:.5f})", *report.prior_validation_loss);
  }
  if (report.best_spectral_error) {
    text += fmt::format(", mean |T-1| + (1-r) {:.5f} (prior alone {:.5f})",
                        *report.best_spectral_error, *report.prior_spectral_error);
  }
  return text;
}

/// Writes the model file of a calibrated prior without a network.
void publish_prior(const par::Comm& world, const fs::path& out, net::ModelCard card) {
  card.output_scale_mpch = 1;
  const fs::path path = out / "model.h5";
  net::save_card(world, path, card);
  log::info("{}: the calibrated prior '{}', no network", path.string(), prior::name_of(card.prior));
}

}  // namespace

void train(const par::Comm& world, const config::Config& config) {
  // Created first, so that a signal during the reading of pairs stops the run after the first step,
  // and the time of reading counts.
  par::StepControl control(world, step_control_options(config, "train", config.text("train.out")));
  net::ModelCard card;
  train::TrainOptions options = par::agree(world, [&] { return train_options(config); });
  const train::PairSplit split = par::agree(world, [&] {
    card.architecture = network_kind(config) == net::NetworkKind::none
                            ? net::default_architecture(net::NetworkKind::none)
                            : architecture_of(config);
    net::require_valid(card.architecture);
    require_trainable(config, options, card.architecture);
    return train::split_pairs(io::split_path_list(config.list_text("data.pairs")),
                              config.numbers("data.split"));
  });
  log::info("{} realisations for training, {} for validation, {} for tests", split.training.size(),
            split.validation.size(), split.test.size());
  const std::vector<fs::path> inputs = train::input_files(split);
  train::PairReader reader(world, pair_options(world, config), card);
  for (const auto* part : {&split.training, &split.validation}) {
    for (const train::Realisation& realisation : *part) reader.check(realisation);
  }
  check_model(world, options, inputs);
  const RunCost cost = train::training_cost(card, options, train::pair_count(split.training),
                                            train::pair_count(split.validation), world.size(),
                                            !config.text("data.cache").empty());
  if (config.dry_run()) report_cost(world, cost);
  if (config.check_only() || config.dry_run()) return;
  par::require_memory(world, cost.rank_bytes, "training on these pairs");

  const io::OutputLock lock = io::OutputLock::of_directory(world, options.out);
  const io::InputDigests digests = io::digest_inputs(world, inputs);
  write_digested_run_record(world, options.out, config, digests);
  std::optional<net::ModelCard> start;
  if (!options.start.empty()) start = net::load_card(world, options.start);
  if (start && par::agree(world, [&] { return train::prior_serves(*start, card); })) {
    card.calibration = start->calibration;
  } else if (config.flag("prior.calibrate")) {
    if (start)
      log::info("the prior of {} is calibrated anew for these pairs", options.start.string());
    reader.calibrate_prior(split.training);
  }
  card.data_manifest = train::manifest(inputs, digests);
  if (!card.architecture.has_network()) {
    publish_prior(world, options.out, std::move(card));
    return;
  }
  std::vector<train::TrainingPair> pairs = read_pairs(reader, split);
  card.extra["crop"] = static_cast<std::int64_t>(options.tile);
  if (start) par::agree(world, [&] { train::continue_from(*start, options.start, card); });
  log::set_phase("train");
  const train::TrainReport report = train::train(world, options, card, std::move(pairs), &control);
  if (config.flag("train.calibrate") && card.architecture.residual) {
    reader.calibrate_model(report.model, split.training);
  }
  log::info("{}: {} parameters, {} steps in {:.0f} s{}", report.model.string(), report.parameters,
            report.steps, report.seconds, validation_text(report));
}

}  // namespace nubox::app
