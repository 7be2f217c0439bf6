#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/train/crop_server.hpp"
#include "nubox/train/trainer.hpp"

#include <vector>

namespace nubox::train {

/// Boxes of one kind (training or validation) ready to be cropped.
struct Boxes {
  std::vector<CropSource> sources;
  std::vector<net::Conditioning> styles;
  std::vector<std::string> names;
  std::vector<field::LatticeField> priors_mpch;  ///< [3] each; of validation boxes only
};

/// n of every source.
[[nodiscard]] std::vector<std::size_t> lattice_sizes(const std::vector<CropSource>& sources);

struct Data {
  Boxes training;
  Boxes validation;
};

/// Checks that the pairs fit each other and the card. Collective. @throws InputError (agreed)
void require_consistent(const par::Comm& comm, const net::ModelCard& card,
                        const std::vector<TrainingPair>& pairs);

/// Sets the scales that are empty in a card: rms of every vector feature (one scale for its three
/// components) and scalar feature, and rms of (target - prior) / theta; ones for a network that
/// works on raw displacements. Over the training pairs. Collective.
/// @throws InputError (agreed) if a feature or the target is constant zero
void measure_scales(const par::Comm& comm, const std::vector<TrainingPair>& pairs,
                    net::ModelCard& card);

/// Turns pairs into crop sources; a residual network's target is what the prior lacks, followed, in
/// training boxes whose losses need positions, by the prior displacement.
[[nodiscard]] Data prepare(std::vector<TrainingPair> pairs, bool residual_targets,
                           bool positions = false);

}  // namespace nubox::train
