#pragma once

#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/emulator.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/stats/box_spectra.hpp"
#include "nubox/train/crop_server.hpp"
#include "nubox/train/sampler.hpp"
#include "nubox/train/trainer.hpp"

#include "train/data.hpp"

#include <optional>
#include <string>
#include <vector>

namespace nubox::train {

/// What the validation boxes say about a network, equal on all ranks.
struct Judgement {
  double loss = 0;  ///< displacement loss, mean over all crops, neither shifted nor turned
  std::vector<stats::BoxSpectra> spectra;  ///< by box; empty if models are selected by loss
  [[nodiscard]] bool has_spectra() const { return !spectra.empty(); }
  /// Mean of stats::BoxSpectra::error() over the boxes.
  [[nodiscard]] double spectral_error() const;
  /// Lower is better: the spectral error where it is measured, else the loss.
  [[nodiscard]] double score() const { return has_spectra() ? spectral_error() : loss; }
};

/// Ranks networks on the validation boxes: by the displacement loss of their crops or, since a loss
/// hardly knows about small-scale power, by T(k) and r(k) of the whole boxes, predicted as
/// `predict` would.
class Validator {
 public:
  /// Collective. @throws InputError (agreed) for boxes that cannot be predicted whole, or without
  /// modes in the bins, if they are to be compared by spectra
  Validator(const par::Comm& comm, const TrainOptions& options, const net::ModelCard& card,
            Boxes boxes);

  [[nodiscard]] bool empty() const { return crops_.sources().empty(); }
  /// Collective. @throws NumericalError (agreed) if the network returns non-finite values
  [[nodiscard]] Judgement judge(net::Emulator& emulator) const;
  /// The same for the prior displacement alone. Its loss is that of adding nothing, which means
  /// something for residual networks only. Collective.
  [[nodiscard]] const Judgement& prior() const { return prior_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  /// A box ready to be predicted and compared.
  struct Truth {
    predict::TilePlan tiles;
    fft::MeshField modes;
  };
  void prepare_truths();
  /// Of the network or, for null, of adding nothing to the prior.
  [[nodiscard]] double crop_loss(net::Emulator* emulator) const;

  par::Comm comm_;
  const TrainOptions options_;
  const net::ModelCard& card_;
  net::Precision precision_;
  std::vector<field::LatticeField> priors_mpch_;
  std::vector<net::Conditioning> styles_;
  std::vector<std::string> names_;
  CropServer crops_;
  std::vector<Sample> samples_;
  std::vector<Truth> truths_;  ///< by box; empty if models are selected by loss
  Judgement prior_;
};

}  // namespace nubox::train
