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

/// Errors of a network on the validation boxes, equal on all ranks.
struct ValidationResult {
  double loss = 0;  ///< displacement loss, mean over all crops (Sampler::plain)
  std::vector<stats::BoxSpectra> spectra;  ///< by box; empty if models are selected by loss
  [[nodiscard]] bool has_spectra() const { return !spectra.empty(); }
  /// Mean of stats::BoxSpectra::error() over the boxes.
  [[nodiscard]] double spectral_error() const;
  /// Lower is better: the spectral error where it is measured, else the loss.
  [[nodiscard]] double score() const { return has_spectra() ? spectral_error() : loss; }
};

/// Evaluates networks on the validation boxes: by the displacement loss of their crops or by T(k)
/// and r(k) of the whole boxes, predicted as by `predict`, since the loss is insensitive to the
/// power on small scales.
class Validator {
 public:
  /// Collective. @throws InputError (agreed), with Selection::spectra, for boxes that do not fit
  /// the
  ///         tiles of the network or have no modes in the bins
  Validator(const par::Comm& comm, const TrainOptions& options, const net::ModelCard& card,
            Boxes boxes);

  [[nodiscard]] bool empty() const { return crops_.sources().empty(); }
  /// Collective. @throws NumericalError (agreed) if the network returns non-finite values
  [[nodiscard]] ValidationResult validate(net::Emulator& emulator) const;
  /// The same for the prior displacement alone. Its loss is that of a zero output, which has a
  /// meaning only for residual networks.
  [[nodiscard]] const ValidationResult& prior() const { return prior_; }
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

 private:
  /// Tiles of a box and the modes of its true density.
  struct Truth {
    predict::TilePlan tiles;
    fft::MeshField modes;
  };
  void prepare_truths();
  /// Of the network; null: of a zero output.
  [[nodiscard]] double crop_loss(net::Emulator* emulator) const;

  par::Comm comm_;
  const TrainOptions options_;
  const net::ModelCard& card_;
  net::Precision precision_;
  std::vector<field::LatticeField> priors_mpch_;
  std::vector<net::Conditioning> conditioning_;
  std::vector<std::string> names_;
  CropServer crops_;
  std::vector<Sample> samples_;
  std::vector<Truth> truths_;  ///< by box; empty if models are selected by loss
  ValidationResult prior_;
};

}  // namespace nubox::train
