#include "train/validator.hpp"

#include "nubox/core/log.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"

#include "train/batch.hpp"
#include "train/crop_loss.hpp"

#include <cmath>
#include <map>

namespace nubox::train {
namespace {

/// Memory for the tiles of a validation box: about that of the crops of a training step.
constexpr double tile_memory_bytes = 1e9;

std::vector<Sample> plain_crops(const TrainOptions& options, const CropServer& crops) {
  return Sampler({.tile = options.tile}, lattice_sizes(crops.sources())).plain();
}

field::LatticeField sum(const field::LatticeField& a, const field::LatticeField& b) {
  field::LatticeField total = a;
  for (std::size_t i = 0; i < total.values().size(); ++i) total.values()[i] += b.values()[i];
  return total;
}

}  // namespace

double ValidationResult::spectral_error() const {
  double sum = 0;
  for (const stats::BoxSpectra& box : spectra) sum += box.error();
  return sum / static_cast<double>(spectra.size());
}

Validator::Validator(const par::Comm& comm, const TrainOptions& options, const net::ModelCard& card,
                     Boxes boxes)
    : comm_(comm),
      options_(options),
      card_(card),
      precision_(options.precision),
      priors_mpch_(std::move(boxes.priors_mpch)),
      conditioning_(std::move(boxes.conditioning)),
      names_(std::move(boxes.names)),
      crops_(comm, std::move(boxes.sources), options.tile, net::footprint(card.architecture).halo),
      samples_(plain_crops(options, crops_)) {
  if (empty()) return;
  prior_.loss = crop_loss(nullptr);
  if (options_.select == Selection::spectra) {
    prepare_truths();
  } else {
    priors_mpch_.clear();
  }
}

void Validator::prepare_truths() {
  const bool padded = card_.architecture.pads_tile_faces();
  std::map<std::size_t, std::shared_ptr<const fft::Plan>> plans;
  for (std::size_t b = 0; b < names_.size(); ++b) {
    log::beat();
    const CropSource& source = crops_.sources()[b];
    const field::LatticeField& prior = priors_mpch_[b];
    auto& plan = plans[prior.n()];
    if (!plan) plan = fft::Plan::create(comm_, prior.n());
    truths_.push_back(
        {predict::plan_tiles(
             source.features.layout(), card_.architecture,
             {.edge = padded ? options_.tile : 0, .memory_bytes = tile_memory_bytes}),
         stats::particle_modes(
             plan, card_.architecture.residual ? sum(prior, source.target) : source.target)});
    prior_.spectra.push_back(
        stats::compare_boxes(stats::particle_modes(plan, prior), truths_.back().modes));
    if (!std::isfinite(prior_.spectra.back().error())) {
      par::throw_agreed(
          comm_,
          InputError(
              "validation box {} has no modes between {} and {} h/Mpc: use train.select=loss",
              names_[b], stats::spectra_first_hmpc,
              stats::spectra_first_hmpc + stats::spectra_bins * stats::spectra_width_hmpc));
    }
  }
}

ValidationResult Validator::validate(net::Emulator& emulator) const {
  emulator.network().eval();
  ValidationResult result{crop_loss(&emulator), {}};
  if (!truths_.empty()) {
    const auto network = net::Evaluator::sharing(emulator, card_, precision_);
    for (std::size_t b = 0; b < truths_.size(); ++b) {
      result.spectra.push_back(stats::compare_boxes(
          stats::particle_modes(
              truths_[b].modes.plan(),
              predict::predict_displacement(crops_.sources()[b].features, priors_mpch_[b], network,
                                            conditioning_[b], truths_[b].tiles)),
          truths_[b].modes));
    }
  }
  emulator.network().train();
  return result;
}

double Validator::crop_loss(net::Emulator* emulator) const {
  const torch::NoGradGuard no_grad;
  const torch::Device device = emulator != nullptr ? emulator->device() : torch::kCPU;
  const net::PrecisionScope scope(precision_, device);
  const auto ranks = static_cast<std::size_t>(comm_.size());
  const std::size_t group = options_.micro_batch * ranks;
  double sum = 0;
  for (std::size_t begin = 0; begin < samples_.size(); begin += group) {
    const std::vector<Sample> part(
        samples_.begin() + static_cast<std::ptrdiff_t>(begin),
        samples_.begin() + static_cast<std::ptrdiff_t>(std::min(begin + group, samples_.size())));
    log::beat();
    const Crops crops = crops_.gather(part);
    if (crops.count == 0) continue;
    const auto mine = share(part, static_cast<std::size_t>(comm_.rank()), ranks);
    const Batch batch = make_batch(crops_, crops, mine, conditioning_, 0, mine.size(), device);
    const torch::Tensor output = emulator != nullptr
                                     ? emulator->forward(batch.features, batch.conditioning)
                                     : torch::zeros_like(batch.targets);
    sum +=
        displacement_losses(output, batch.targets, options_.loss.lagrangian).sum().item<double>();
  }
  return comm_.all_reduce(sum) / static_cast<double>(samples_.size());
}

}  // namespace nubox::train
