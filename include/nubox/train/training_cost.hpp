#pragma once

#include "nubox/core/run_cost.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/train/train_options.hpp"

#include <cstddef>

namespace nubox::train {

/// Cost of a training, to first order. Its files are those in the cache of pairs.
///
/// @param card    architecture and lattice
/// @param ranks   that share the boxes
/// @param cached  the fields of the pairs lie in files and not in memory
/// Rank-local.
[[nodiscard]] RunCost training_cost(const net::ModelCard& card, const TrainOptions& options,
                                    std::size_t training_pairs, std::size_t validation_pairs,
                                    int ranks, bool cached);

}  // namespace nubox::train
