#pragma once

#include "nubox/net/model_file.hpp"
#include "nubox/train/train_options.hpp"

#include <cstddef>
#include <cstdint>

namespace nubox::train {

/// Memory, arithmetic and files of a training, to first order.
struct TrainingCost {
  std::uint64_t rank_bytes = 0;  ///< of fields on each rank, beside what the process holds already
  double flop = 0;               ///< of all ranks
  double cache_bytes = 0;        ///< files of all ranks in data.cache
};

/// @param card    architecture and lattice
/// @param ranks   that share the boxes
/// @param cached  the fields of the pairs lie in files and not in memory
/// Rank-local.
[[nodiscard]] TrainingCost training_cost(const net::ModelCard& card, const TrainOptions& options,
                                         std::size_t training_pairs, std::size_t validation_pairs,
                                         int ranks, bool cached);

}  // namespace nubox::train
