#include "nubox/core/checksum.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/field/field_io.hpp"
#include "nubox/io/run_record.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/train/trainer.hpp"

#include "app/commands.hpp"
#include "app/pair_list.hpp"
#include "app/prior_setup.hpp"
#include "app/setup.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

namespace nubox::app {
namespace {

namespace fs = std::filesystem;

net::Architecture architecture(const config::Config& config) {
  const std::string name = config.text("model.architecture");
  if (name == "none") throw UsageError("there is nothing to train with model.architecture = none");
  net::Architecture wanted = net::default_architecture(name);
  if (name == "vnet") {
    wanted.channels = config.size("model.channels");
    wanted.levels = config.size("model.levels");
    wanted.input_channels = 0;  // as many as the boxes give
  } else {
    wanted.padding = config.text("model.padding");
  }
  return wanted;
}

train::TrainOptions train_options(const config::Config& config) {
  train::TrainOptions options;
  options.tile = config.size("train.crop");
  options.epochs = config.size("train.epochs");
  options.batch = config.size("train.batch");
  options.learning_rate = config.number("train.learning_rate");
  options.schedule = config.text("train.schedule");
  options.optimizer = config.text("train.optimizer");
  options.weight_decay = config.number("train.weight_decay");
  options.ema = config.number("train.ema");
  options.loss = config.text("loss.lagrangian");
  options.augment = config.flag("train.augment");
  options.random_shift = config.flag("train.random_shift");
  options.micro_batch = config.size("train.micro_batch");
  options.clip_norm = config.number("train.clip_norm");
  options.deterministic = config.flag("train.deterministic");
  options.precision = config.text("train.precision");
  options.backend = config.text("train.backend");
  options.seed = static_cast<std::uint64_t>(config.integer("train.seed"));
  options.checkpoint_minutes = config.number("train.checkpoint_minutes");
  options.wall_clock_minutes = config.number("train.wall_clock_minutes");
  options.resume = config.text("train.resume");
  options.out = config.text("train.out");
  options.config_hash =
      checksum_text(config.hash({"train.out", "train.resume", "train.checkpoint_minutes",
                                 "train.wall_clock_minutes", "run.watchdog_minutes"}));
  return options;
}

/// Builds what the trainer needs, one realisation after the other.
class PairReader {
 public:
  PairReader(const par::Comm& world, const config::Config& config, net::ModelCard& card)
      : world_(world),
        parameters_(cosmology_parameters(config)),
        tables_(load_tables(world, config)),
        kind_(prior::kind_of(config.text("model.prior"))),
        rewind_(rewind_options(config)),
        card_(card) {
    card_.prior = prior::name_of(kind_);
    write_attributes(rewind_, card_.extra);
  }

  void read(const Realisation& realisation, bool validation,
            std::vector<train::TrainingPair>& pairs) {
    const field::Snapshot input = field::read_snapshot(world_, realisation.massless);
    par::agree(world_, [&] {
      require_cosmology(input.header, parameters_, realisation.massless.string());
      if (card_.data.n == 0) card_.data = input.header;
      io::require_same_box(card_.data, "the first pair", input.header,
                           realisation.massless.string());
    });
    for (const fs::path& path : realisation.massive) {
      const field::Snapshot target = field::read_snapshot(world_, path);
      par::agree(world_, [&] {
        io::require_same_box(input.header, realisation.massless.string(), target.header,
                             path.string());
        require_same_phases(input.header, target.header, path);
      });
      add(input, target, fmt::format("{}/{}", realisation.name, path.stem().string()), validation,
          pairs);
    }
  }

 private:
  static void require_same_phases(const io::FieldHeader& massless, const io::FieldHeader& massive,
                                  const fs::path& path) {
    if (massless.seed != massive.seed) {
      throw InputError("{} has seed {}, its massless twin {}: a pair must have the same phases",
                       path.string(), massive.seed, massless.seed);
    }
  }

  void add(const field::Snapshot& input, const field::Snapshot& target, const std::string& name,
           bool validation, std::vector<train::TrainingPair>& pairs) {
    const double mass = target.header.M_nu_eV;
    const prior::Theories theories =
        par::agree(world_, [&] { return make_theories(parameters_, tables_, input.header, mass); });
    field::Snapshot prior = prior::apply(kind_, input, theories, rewind_);
    field::LatticeField features = prior::features(input, prior, theories.massless);
    if (card_.architecture.input_channels == 0)
      card_.architecture.input_channels = features.components();
    features = select_features(std::move(features), card_.architecture);
    card_.features = prior::feature_names(features.components() > 3);
    if (std::ranges::find(card_.masses_eV, mass) == card_.masses_eV.end())
      card_.masses_eV.push_back(mass);
    pairs.push_back({name, std::move(features), std::move(prior.displacement), target.displacement,
                     net::style_parameter(mass, input.header.Omega_m, input.header.h), validation});
  }

  const par::Comm& world_;
  cosmology::Parameters parameters_;
  cosmology::LinearTables tables_;
  prior::Kind kind_;
  prior::RewindOptions rewind_;
  net::ModelCard& card_;
};

}  // namespace

void train(const par::Comm& world, const config::Config& config) {
  net::ModelCard card;
  const train::TrainOptions options = train_options(config);
  const PairSplit split = par::agree(world, [&] {
    card.architecture = architecture(config);
    return split_pairs(config.texts("data.pairs"), config.numbers("data.split"));
  });
  log::info("{} realisations to train on, {} to validate, {} left for tests", split.training.size(),
            split.validation.size(), split.test.size());
  PairReader reader(world, config, card);
  if (config.check_only() || config.dry_run()) return;

  std::vector<fs::path> inputs;
  std::vector<train::TrainingPair> pairs;
  log::set_phase("train: prior of the pairs");
  for (const auto* part : {&split.training, &split.validation}) {
    for (const Realisation& realisation : *part) {
      reader.read(realisation, part == &split.validation, pairs);
      inputs.push_back(realisation.massless);
      inputs.insert(inputs.end(), realisation.massive.begin(), realisation.massive.end());
    }
  }
  card.data_manifest = par::agree(world, [&] { return manifest(inputs); });
  io::write_run_record(world, options.out, config, inputs);
  log::set_phase("train");
  const train::TrainReport report = train::train(world, options, std::move(card), std::move(pairs));
  log::info("{}: {} parameters, {} steps in {:.0f} s, validation loss {:.5f} (prior alone {:.5f})",
            report.model.string(), report.parameters, report.steps, report.seconds,
            report.best_validation_loss, report.prior_validation_loss);
}

}  // namespace nubox::app
