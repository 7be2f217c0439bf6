#include "nubox/bench/limits.hpp"
#include "nubox/bench/network_components.hpp"
#include "nubox/core/error.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/net/conv_roofline.hpp"
#include "nubox/net/evaluator.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/predict/predict.hpp"

#include "bench/synthetic.hpp"

#include <utility>

#include <fmt/format.h>

namespace nubox::bench {

std::vector<Row> measure_predict(const par::Comm& world, const Options& options,
                                 const PredictOptions& prediction) {
  const std::size_t n = options.n, repeats = options.repeats;
  const net::Precision precision = prediction.precision;
  const net::Architecture architecture = with_synthetic_inputs(prediction.architecture);
  const net::Evaluator network =
      net::Evaluator::untrained(world, synthetic_card(architecture, n), precision);

  const par::SlabLayout layout(world, n);
  const double box_mpch = paper_spacing_mpch * static_cast<double>(n);
  field::LatticeField features(layout, architecture.input_channels, box_mpch);
  for (std::size_t i = 0; i < features.values().size(); ++i) {
    features.values()[i] = static_cast<float>(i % 1000) * 1e-2f;
  }
  field::LatticeField input = features;  // consumed by every call
  field::LatticeField displacement(layout, 3, box_mpch);
  const predict::TileChoice choice =
      predict::tiles_for(world, network.card(), {prediction.tile, prediction.tile_memory_bytes});
  const predict::TilePlan plan = predict::plan_tiles(layout, architecture, choice);
  double seconds = 0;
  {
    const memory::HeapRetention across_tiles;
    seconds = fastest_seconds(
        world, repeats,
        [&] {
          displacement = predict::predict_displacement(std::move(input), std::move(displacement),
                                                       network, {.theta = 1}, choice);
        },
        [&] { input = features; });
  }

  const auto tiles = static_cast<double>(
      world.all_reduce(static_cast<std::uint64_t>(plan.origins.size()), par::Reduction::max));
  const double limit_seconds =
      tiles * net::convolution_seconds(world, architecture, plan.tile, precision, repeats);
  const double work = tiles * net::multiply_adds(architecture, plan.tile) * world.size();
  const std::string name = fmt::format("{} {} channels, {}, {}^3", net::name_of(architecture.kind),
                                       architecture.channels, net::name_of(precision), n);
  const std::string limit = "its convolutions alone";
  return {{"predict", "network, " + name, seconds, "s", limit, limit_seconds},
          {"predict", "arithmetic, " + name, 2e-9 * work / seconds, "GFLOP/s", limit,
           2e-9 * work / limit_seconds},
          {"predict", "multiply-adds, " + name, world.all_reduce(plan.waste, par::Reduction::max),
           "of the slab's own", "", 0}};
}

}  // namespace nubox::bench
