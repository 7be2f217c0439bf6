#include "nubox/train/training_cost.hpp"

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

net::ModelCard card_of(std::size_t n) {
  net::ModelCard card;
  card.data.n = n;
  return card;
}

TEST(TrainingCost, counts_three_forward_passes_of_every_crop) {
  TrainOptions options;
  options.tile = 16;
  options.epochs = 5;
  const net::ModelCard card = card_of(32);
  // Eight crops in each of three boxes; validation boxes are not trained on.
  const double crops = 8 * 3 * 5;
  const double flop_per_crop = 2 * 3 * net::multiply_adds(card.architecture, {16, 16, 16});
  const double seconds = crops * flop_per_crop / net::core_flop_per_s;
  EXPECT_DOUBLE_EQ(training_cost(card, options, 3, 2, 1, false).core_seconds, seconds);
  EXPECT_DOUBLE_EQ(training_cost(card, options, 3, 0, 4, true).core_seconds, seconds);
}

TEST(TrainingCost, holds_features_prior_and_target_of_every_pair_shared_by_the_ranks) {
  const TrainOptions options;
  const auto bytes = [&](std::size_t training, std::size_t validation, int ranks) {
    return static_cast<double>(
        training_cost(card_of(64), options, training, validation, ranks, false).rank_bytes);
  };
  const double pair_bytes = 4 * (9 + 3 + 3) * 64.0 * 64 * 64;
  EXPECT_DOUBLE_EQ(bytes(3, 1, 1) - bytes(2, 1, 1), pair_bytes);
  EXPECT_DOUBLE_EQ(bytes(2, 2, 1) - bytes(2, 1, 1), pair_bytes);
  EXPECT_DOUBLE_EQ(bytes(3, 1, 4), bytes(3, 1, 1) / 4);
}

TEST(TrainingCost, with_a_cache_moves_the_fields_of_all_pairs_from_memory_to_files) {
  const TrainOptions options;
  const RunCost in_memory = training_cost(card_of(64), options, 3, 1, 2, false);
  const RunCost cached = training_cost(card_of(64), options, 3, 1, 2, true);
  EXPECT_EQ(in_memory.file_bytes, 0);
  EXPECT_DOUBLE_EQ(cached.file_bytes,
                   2 * static_cast<double>(in_memory.rank_bytes - cached.rank_bytes));
  EXPECT_GT(cached.rank_bytes, 0U);
}

}  // namespace
}  // namespace nubox::train
