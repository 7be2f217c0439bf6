#include "nubox/train/training_cost.hpp"

#include <cmath>

#include <fmt/format.h>

namespace nubox::train {

RunCost training_cost(const net::ModelCard& card, const TrainOptions& options,
                      std::size_t training_pairs, std::size_t validation_pairs, int ranks,
                      bool cached) {
  const auto n = static_cast<double>(card.data.n);
  const double pairs = static_cast<double>(training_pairs + validation_pairs);
  // Features, prior and target of every pair, and the computation of the prior of one pair.
  constexpr double floats_per_site = 9 + 3 + 3, floats_at_work = 40;
  const double sites = n * n * n / ranks;
  const double kept_bytes = sizeof(float) * sites * floats_per_site * pairs;
  const double crops = static_cast<double>(training_pairs) *
                       std::pow(n / static_cast<double>(options.tile), 3) *
                       static_cast<double>(options.epochs);
  const net::Extent tile{options.tile, options.tile, options.tile};
  // A forward pass, and a backward pass of twice its cost; two operations per multiply-add.
  const double flop = crops * 3 * 2 * net::multiply_adds(card.architecture, tile);
  return {.rank_bytes = static_cast<std::uint64_t>(sizeof(float) * sites * floats_at_work +
                                                   (cached ? 0 : kept_bytes)),
          .core_seconds = flop / net::core_flop_per_s,
          .speed = fmt::format("{:.0f} GFLOP/s ({:.2g} PFLOP)", 1e-9 * net::core_flop_per_s,
                               1e-15 * flop),
          .file_bytes = cached ? kept_bytes * ranks : 0};
}

}  // namespace nubox::train
