#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/train/crop_server.hpp"
#include "nubox/train/trainer.hpp"

#include <vector>

namespace nubox::train {

/// The boxes of training or of validation, as sources of crops.
struct Boxes {
  std::vector<CropSource> sources;
  std::vector<net::Conditioning> conditioning;
  std::vector<std::string> names;
  std::vector<field::LatticeField> priors_mpch;  ///< [3] each; of validation boxes only
};

/// n of every source.
[[nodiscard]] std::vector<std::size_t> lattice_sizes(const std::vector<CropSource>& sources);

struct Data {
  Boxes training;
  Boxes validation;
};

/// Checks that the pairs are consistent with each other and the card. Collective.
/// @throws InputError (agreed)
void require_consistent(const par::Comm& comm, const net::ModelCard& card,
                        const std::vector<TrainingPair>& pairs);

/// Sets the scales that are empty in a card, from the training pairs: rms of each vector feature
/// (one scale for its components) and scalar feature, and rms of (target - prior) / theta. Networks
/// that predict the displacement itself get scales of one. Collective.
/// @throws InputError (agreed) if a feature or target - prior is zero everywhere
void measure_scales(const par::Comm& comm, const std::vector<TrainingPair>& pairs,
                    net::ModelCard& card);

/// Makes crop sources of pairs. The target of a residual network is target - prior; with
/// `positions` the prior displacement follows it in training boxes.
[[nodiscard]] Data prepare(std::vector<TrainingPair> pairs, bool residual_targets,
                           bool positions = false);

}  // namespace nubox::train
