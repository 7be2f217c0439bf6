#include "nubox/train/trainer.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/par/agree.hpp"

#include "train/crop_loss.hpp"
#include "train/data.hpp"
#include "train/training_run.hpp"

namespace nubox::train {

void require_valid(const TrainOptions& options, const net::Architecture& architecture) {
  const net::Footprint footprint = net::footprint(architecture);
  if (options.tile == 0 || options.tile % footprint.stride != 0) {
    throw UsageError("train.crop = {} must be a positive multiple of the network's stride {}",
                     options.tile, footprint.stride);
  }
  if (options.epochs == 0 || options.batch == 0 || options.micro_batch == 0 ||
      options.select_every == 0) {
    throw UsageError("epochs, batch, micro_batch and select_every must be positive");
  }
  if (options.loss.eulerian < 0 || options.loss.gradient < 0 || options.loss.spectral < 0) {
    throw UsageError("weights of losses must not be negative");
  }
  if (options.batch_norm == NormStatistics::synchronised &&
      architecture.kind == net::NetworkKind::vnet) {
    throw UsageError("train.batch_norm = sync: a vnet has no batch normalisation");
  }
}

TrainReport train(const par::Comm& comm, const TrainOptions& wanted, net::ModelCard card,
                  std::vector<TrainingPair> pairs, par::StepControl* control) {
  par::agree(comm, [&] { require_valid(wanted, card.architecture); });
  TrainOptions options = wanted;
  options.precision = net::usable_precision(comm, wanted.precision);
  require_consistent(comm, card, pairs);
  measure_scales(comm, pairs, card);
  net::set_threads(comm);
  net::configure_math(options.precision, options.deterministic);
  const CropLoss loss = par::agree(comm, [&] {
    return CropLoss(options.loss, options.tile, pairs.front().target_mpch.spacing_mpch());
  });
  Data data = prepare(std::move(pairs), card.architecture.residual, loss.needs_positions());
  TrainingRun run(comm, options, std::move(card), std::move(data), loss, control);
  return run.run();
}

}  // namespace nubox::train
