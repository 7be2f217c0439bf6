#include "app/options/bench.hpp"

#include "nubox/par/agree.hpp"

#include "app/setup.hpp"
#ifdef NUBOX_WITH_TORCH
#include "app/options/architecture.hpp"
#endif

namespace nubox::app {

bench::Options bench_options(const config::Config& config) {
  return {.n = config.size("bench.n"),
          .repeats = config.size("bench.repeats"),
          .directory = config.text("bench.directory")};
}

std::filesystem::path bench_tables(const par::Comm& world) {
  return par::agree(world, [] { return find_shipped("hades", "cosmology"); });
}

#ifdef NUBOX_WITH_TORCH
bench::TrainOptions bench_train_options(const par::Comm& world, const config::Config& config) {
  return {
      .vnet = par::agree(world, [&] { return sized_architecture(net::NetworkKind::vnet, config); }),
      .crop = config.size("train.crop"),
      .micro_batch = config.size("train.micro_batch"),
      .batch = config.size("train.batch")};
}

bench::PredictOptions bench_predict_options(const par::Comm& world, const config::Config& config) {
  return {.architecture = par::agree(world, [&] { return architecture_of(config); }),
          .precision = net::precision_from(config.text("predict.precision")),
          .tile = config.size("predict.tile"),
          .tile_memory_bytes = 1e9 * config.number("predict.tile_memory_gb")};
}
#endif

}  // namespace nubox::app
