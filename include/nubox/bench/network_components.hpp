#pragma once

#include "nubox/bench/bench.hpp"
#include "nubox/net/architecture.hpp"
#include "nubox/net/precision.hpp"
#include "nubox/train/train_options.hpp"

/// Components that need the networks: built with LibTorch only.
namespace nubox::bench {

/// A network and its tiles, as in `predict`.
struct PredictOptions {
  net::Architecture architecture;
  net::Precision precision = net::Precision::fp32;
  std::size_t tile = 0;  ///< edge, lattice sites; 0: chosen by the tile plan
  double tile_memory_bytes = 1.5e9;
};

/// The V-Net and the crops of the measured training steps. D3M as published is measured too.
struct TrainOptions {
  net::Architecture vnet;
  std::size_t crop = 32;        ///< edge, lattice sites
  std::size_t micro_batch = 1;  ///< crops per rank (weak scaling)
  std::size_t batch = 8;        ///< crops of all ranks (strong scaling)
};

// All collective.
[[nodiscard]] std::vector<Row> measure_allreduce(const par::Comm& world, const Options& options,
                                                 train::GradientBackend backend);
[[nodiscard]] std::vector<Row> measure_train(const par::Comm& world, const Options& options,
                                             const TrainOptions& training);
[[nodiscard]] std::vector<Row> measure_predict(const par::Comm& world, const Options& options,
                                               const PredictOptions& prediction);

}  // namespace nubox::bench
