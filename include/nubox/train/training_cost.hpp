#pragma once

#include "nubox/core/run_cost.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/train/train_options.hpp"

#include <cstddef>

namespace nubox::train {

/// Estimated cost of a training. Its files are those in the cache of pairs.
///
/// @param card    architecture and lattice
/// @param ranks   number of ranks that the boxes are distributed over
/// @param cached  the fields of the pairs are in files (PairOptions::cache), not in memory
/// Rank-local.
[[nodiscard]] RunCost training_cost(const net::ModelCard& card, const TrainOptions& options,
                                    std::size_t training_pairs, std::size_t validation_pairs,
                                    int ranks, bool cached);

}  // namespace nubox::train
