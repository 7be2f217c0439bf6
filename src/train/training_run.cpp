#include "train/training_run.hpp"

#include "nubox/core/fault.hpp"
#include "nubox/core/log.hpp"
#include "nubox/par/agree.hpp"

#include "train/batch.hpp"
#include "train/checked_backend.hpp"
#include "train/probe.hpp"
#include "train/synchronised_norm.hpp"

#include <cmath>
#include <limits>

#include <fmt/ranges.h>

namespace nubox::train {
namespace {

Sampler::Options sampling(const TrainOptions& options) {
  return {.seed = options.seed,
          .tile = options.tile,
          .batch = options.batch,
          .augment = options.augment,
          .random_shift = options.random_shift};
}

std::unique_ptr<ReduceBackend> make_backend(const par::Comm& comm, const TrainOptions& options,
                                            torch::Device device) {
  auto backend = make_reduce_backend(options.backend, comm, device);
  if (!options.check_sums) return backend;
  return std::make_unique<CheckedBackend>(comm, std::move(backend));
}

net::Emulator make_emulator(const par::Comm& comm, const TrainOptions& options,
                            const net::ModelCard& card) {
  const torch::Device device = net::choose_device(comm);
  std::shared_ptr<net::Network> network;
  if (!options.start.empty()) network = net::load_model(comm, options.start).network;
  return par::agree(comm, [&] {
    torch::manual_seed(options.seed);
    if (!network) network = net::make_network(card.architecture);
    return net::Emulator(network, card, device);
  });
}

}  // namespace

TrainingRun::TrainingRun(const par::Comm& comm, const TrainOptions& options, net::ModelCard card,
                         Data data, const CropLoss& loss, par::StepControl* control)
    : comm_(comm),
      options_(options),
      card_(std::move(card)),
      precision_(options.precision),
      emulator_(make_emulator(comm, options, card_)),
      training_conditioning_(data.training.conditioning),
      training_names_(data.training.names),
      training_(comm, std::move(data.training.sources), options.tile,
                net::footprint(card_.architecture).halo, vector_channels(card_.features)),
      sampler_(sampling(options), lattice_sizes(training_.sources())),
      loss_(loss),
      validator_(comm, options_, card_, std::move(data.validation)),
      state_(
          comm, emulator_.network(), [this] { probe(emulator_.network(), emulator_.device()); },
          options, total_steps()),
      backend_(make_backend(comm, options, emulator_.device())),
      reducer_(state_.parameters(), *backend_, Reducer::Options{}),
      checkpoints_(comm, options.out / "checkpoints",
                   {options.config_hash, card_.data_manifest, options.option_values}),
      control_(control) {
  if (synchronised_norm_) synchronise_batch_norm(comm_, emulator_.network());
  if (comm_.is_root()) {
    log::info(
        "train: {} with {} parameters in {} buckets, {} crops of {}^3 (halo {}) per epoch, "
        "{} steps, gradients by {}, {} on {}",
        net::name_of(card_.architecture.kind), state_.parameters().values().numel(),
        reducer_.buckets().size(), sampler_.samples_per_epoch(), options_.tile,
        emulator_.network().halo(), total_steps(), backend_->name(),
        net::name_of(options_.precision), emulator_.device().str());
  }
}

std::uint64_t TrainingRun::total_steps() const {
  return options_.epochs * sampler_.steps_per_epoch();
}

TrainReport TrainingRun::run() {
  restore();
  eta_.emplace("train", total_steps(), position_.steps);
  metrics_.emplace(comm_, options_.out / "metrics.jsonl", position_.steps);
  if (control_ != nullptr) control_->begin_steps();
  // The end of an epoch has to fit into the remaining time. With this validation the first step,
  // from which its time is estimated, is long enough.
  if (!validator_.empty() && control_ != nullptr && control_->has_time_limit())
    (void)validate_kept();
  while (position_.epoch < options_.epochs) {
    log::set_phase(
        fmt::format("train: epoch {}, step {}", position_.epoch + 1, position_.steps + 1));
    const Outcome outcome = train_step();
    if (position_.samples >= sampler_.samples_per_epoch()) finish_epoch();
    if (position_.epoch == options_.epochs) break;
    if (outcome.action == par::StepControl::Action::go_on) continue;
    control_->save([this] { save_checkpoint(); });
    if (outcome.action == par::StepControl::Action::stop) {
      par::throw_agreed(
          comm_,
          Error(ExitCode::stopped,
                fmt::format("training stopped after step {} of {} with a checkpoint in {}; run "
                            "the same command again to continue",
                            position_.steps, total_steps(), options_.out.string())));
    }
  }
  return write_model();
}

std::vector<Sample> TrainingRun::share_of(const std::vector<Sample>& batch) const {
  return share(batch, static_cast<std::size_t>(comm_.rank()),
               static_cast<std::size_t>(comm_.size()));
}

TrainingRun::Outcome TrainingRun::train_step() {
  StepSeconds seconds;
  Stopwatch watch;
  if (!pending_crops_) pending_crops_ = fetch(position_.epoch, position_.samples);
  const std::vector<Sample> batch = pending_crops_->batch;
  const Crops crops = training_.finish(std::move(*pending_crops_));
  pending_crops_ = fetch_after(batch);  // sent while this rank computes
  seconds.data = watch.seconds();
  Losses loss;
  const std::vector<std::string> bad_samples = compute_gradients(batch, crops, loss, seconds);

  watch.restart();
  reducer_.start_rest();
  fault::point("reduce");
  reducer_.finish();
  seconds.communication = watch.restart();
  const double norm = state_.optimizer().gradient_norm();
  seconds.optimizer = watch.restart();
  if (!synchronised_norm_) {
    merge_running_statistics(comm_, emulator_.network(), share_of(batch).size());
  }
  const Outcome outcome = reduce_outcome(loss, norm, bad_samples, batch.size());
  seconds.communication += watch.restart();

  const double rate = state_.optimizer().learning_rate();
  state_.optimizer().step(outcome.gradient_norm);
  seconds.optimizer += watch.seconds();

  ++position_.steps;
  position_.samples += batch.size();
  position_.seconds = seconds_before_ + run_watch_.seconds();
  // Without the last step, which fetches no crops.
  const bool usual = batch.size() == options_.batch && pending_crops_.has_value();
  if (usual && steps_done_++ > 0 && !(fastest_step_.sum() < seconds.sum())) fastest_step_ = seconds;
  metrics_->write(StepRecord{position_.epoch + 1, position_.steps, batch.size(), outcome.loss, rate,
                             outcome.gradient_norm, seconds,
                             gigaflop_per_crop_ * static_cast<double>(batch.size())});
  eta_->step(fmt::format("epoch {} of {}, loss {:.4g}, {:.3g} crops/s", position_.epoch + 1,
                         options_.epochs, outcome.loss.displacement,
                         static_cast<double>(batch.size()) / seconds.sum()));
  return outcome;
}

PendingCrops TrainingRun::fetch(std::uint64_t epoch, std::uint64_t samples) {
  return training_.begin(sampler_.batch(epoch, samples / options_.batch));
}

std::optional<PendingCrops> TrainingRun::fetch_after(const std::vector<Sample>& batch) {
  const std::uint64_t samples = position_.samples + batch.size();
  if (samples < sampler_.samples_per_epoch()) return fetch(position_.epoch, samples);
  if (position_.epoch + 1 < options_.epochs) return fetch(position_.epoch + 1, 0);
  return std::nullopt;
}

std::vector<std::string> TrainingRun::compute_gradients(const std::vector<Sample>& batch,
                                                        const Crops& crops, Losses& loss,
                                                        StepSeconds& seconds) {
  const std::vector<Sample> mine = share_of(batch);
  Stopwatch watch;
  reducer_.begin_step();
  std::vector<std::string> bad_samples;
  // If normalisation is collective, all ranks run as many passes as the rank with the most crops.
  const auto ranks = static_cast<std::size_t>(comm_.size());
  const std::size_t places = synchronised_norm_ ? (batch.size() + ranks - 1) / ranks : mine.size();
  for (std::size_t place = 0; place < places; place += options_.micro_batch) {
    const std::size_t begin = std::min(place, mine.size());
    const std::size_t end = std::min(place + options_.micro_batch, mine.size());
    const Batch part =
        make_batch(training_, crops, mine, training_conditioning_, begin, end, emulator_.device());
    seconds.data += watch.restart();
    fault::point("forward");
    torch::Tensor output;
    {
      const net::PrecisionScope scope(precision_, emulator_.device());
      output = emulator_.forward(part.features, part.conditioning);
    }
    if (fault::injects_nan("forward")) output = output * std::numeric_limits<double>::quiet_NaN();
    const CropLoss::Values losses = loss_(output, part.targets, part.base);
    const torch::Tensor values = losses.objective.detach().cpu();
    for (std::size_t i = begin; i < end; ++i) {
      const auto value =
          static_cast<double>(values[static_cast<std::int64_t>(i - begin)].item<float>());
      if (!std::isfinite(value)) {
        bad_samples.push_back(fmt::format("{} of {}", mine[i].id, training_names_[mine[i].pair]));
      }
      loss.objective += value;
    }
    loss.displacement += losses.displacement.detach().sum().item<double>();
    seconds.forward += watch.restart();
    fault::point("backward");
    if (place + options_.micro_batch >= places) reducer_.arm();
    // All crops have the same weight, also if ranks have different numbers of them.
    (losses.objective.sum() / static_cast<double>(batch.size())).backward();
    seconds.backward += watch.restart();
  }
  return bad_samples;
}

TrainingRun::Outcome TrainingRun::reduce_outcome(const Losses& loss, double norm,
                                                 const std::vector<std::string>& bad_samples,
                                                 std::size_t batch_size) {
  std::array<double, 5> status{loss.objective, bad_samples.empty() ? 0.0 : 1.0,
                               reducer_.failure() ? 1.0 : 0.0,
                               control_ != nullptr ? control_->vote() : 0.0, loss.displacement};
  comm_.all_reduce(std::span<double>(status));
  if (status[2] > 0) par::agree_on(comm_, reducer_.failure());
  std::optional<Error> failure;
  if (!bad_samples.empty()) {
    failure =
        NumericalError("loss is not finite in step {} (epoch {}), crops {}", position_.steps + 1,
                       position_.epoch + 1, fmt::join(bad_samples, ", "));
  }
  if (!failure && status[1] == 0 && !std::isfinite(norm)) {
    failure = NumericalError("gradient is not finite in step {} (epoch {}), but the loss {} is",
                             position_.steps + 1, position_.epoch + 1, status[0]);
  }
  if (status[1] > 0 || !std::isfinite(norm)) par::agree_on(comm_, failure);
  const auto samples = static_cast<double>(batch_size);
  return {{status[0] / samples, status[4] / samples},
          norm,
          batch_size,
          par::StepControl::action_of(status[3])};
}

void TrainingRun::finish_epoch() {
  ++position_.epoch;
  position_.samples = 0;
  state_.require_equal_weights(comm_);
  std::optional<ValidationResult> result;
  const bool due =
      position_.epoch % options_.select_every == 0 || position_.epoch == options_.epochs;
  if (validator_.empty()) {  // without validation boxes the last epoch is the best
    state_.keep_if_best(-static_cast<double>(position_.epoch), position_.best_loss);
  } else if (due) {
    result = validate_kept();
    state_.keep_if_best(result->score(), result->loss);
  }
  metrics_->write(EpochRecord{position_.epoch, options_.epochs, position_.steps,
                              seconds_before_ + run_watch_.seconds(), validator_.names(),
                              std::move(result), validator_.prior(), card_.architecture.residual});
}

ValidationResult TrainingRun::validate_kept() {
  ValidationResult result;
  state_.with_kept_weights([&] { result = validator_.validate(emulator_); });
  return result;
}

void TrainingRun::restore() {
  const auto loaded = checkpoints_.load(options_.resume, options_.checkpoint);
  if (!loaded) return;
  par::agree(comm_, [&] { state_.read(*loaded); });
  seconds_before_ = position_.seconds;
  resumed_ = true;
  if (comm_.is_root()) {
    log::info("train: going on from {} (epoch {}, step {})", loaded->path.string(),
              position_.epoch + 1, position_.steps);
  }
}

void TrainingRun::save_checkpoint() {
  checkpoints_.save(position_, state_.to_table());
  log::beat();
}

TrainReport TrainingRun::write_model() {
  save_checkpoint();
  TrainReport report;
  report.model = options_.out / "model.h5";
  report.steps = position_.steps;
  report.parameters = static_cast<std::size_t>(state_.parameters().values().numel());
  report.seconds = seconds_before_ + run_watch_.seconds();
  report.resumed = resumed_;
  report.fastest_step = fastest_step_;
  state_.use_best();
  card_.metrics["epochs"] = static_cast<double>(position_.epoch);
  card_.metrics["steps"] = static_cast<double>(position_.steps);
  if (!validator_.empty()) {
    report.best_validation_loss = position_.best_loss;
    card_.metrics["validation_loss"] = position_.best_loss;
    if (card_.architecture.residual) {
      report.prior_validation_loss = validator_.prior().loss;
      card_.metrics["prior_validation_loss"] = validator_.prior().loss;
    }
    if (validator_.prior().has_spectra()) {
      report.best_spectral_error = position_.best_score;
      report.prior_spectral_error = validator_.prior().spectral_error();
      card_.metrics["validation_spectral_error"] = position_.best_score;
      card_.metrics["prior_validation_spectral_error"] = *report.prior_spectral_error;
    }
  }
  net::save_model(comm_, report.model, card_, emulator_.network());
  return report;
}

}  // namespace nubox::train
