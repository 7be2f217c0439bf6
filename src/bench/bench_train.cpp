#include "nubox/bench/limits.hpp"
#include "nubox/bench/network_components.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/io/scratch_directory.hpp"
#include "nubox/net/conv_roofline.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/train/trainer.hpp"

#include "bench/synthetic.hpp"

#include <fmt/format.h>

namespace nubox::bench {
namespace {

/// Network, crops and number of steps of a measurement.
struct Work {
  net::Architecture architecture;
  net::Precision precision;
  std::size_t tile = 32, repeats = 3;
};

/// Crops along one side of a box.
constexpr std::size_t crops_per_side = 2;

/// Trains for repeats + 2 steps and takes the fastest without the first and the last. Collective.
train::StepSeconds measure_step(const par::Comm& world, const Work& work, std::size_t batch,
                                const std::filesystem::path& out) {
  train::TrainOptions options;
  options.tile = work.tile;
  options.batch = batch;
  const auto ranks = static_cast<std::size_t>(world.size());
  options.micro_batch = (batch + ranks - 1) / ranks;
  options.precision = work.precision;
  options.schedule = train::Schedule::constant;
  options.resume = train::Resume::never;
  options.epochs = 1;
  options.out = out;
  const std::size_t n = crops_per_side * work.tile;
  const std::size_t crops_per_box = crops_per_side * crops_per_side * crops_per_side;
  const std::size_t boxes = ((work.repeats + 2) * batch + crops_per_box - 1) / crops_per_box;
  const auto report = train::train(world, options, synthetic_card(work.architecture, n),
                                   synthetic_pairs(world, work.architecture, n, boxes));
  return report.fastest_step;
}

/// Adds rows for steps with a fixed number of crops per rank: time, its parts and arithmetic.
/// Returns the seconds of a step. Collective.
double add_rows(const par::Comm& world, const Work& work, std::size_t crops,
                const std::filesystem::path& out, std::vector<Row>& rows) {
  const auto ranks = static_cast<std::size_t>(world.size());
  const train::StepSeconds step = measure_step(world, work, crops * ranks, out);
  const net::Extent tile{work.tile, work.tile, work.tile};
  const double limit_seconds = net::training_convolution_seconds(
      world, work.architecture, tile, crops, work.precision, work.repeats);
  // The gradients of weights and of inputs cost as much as the forward pass each.
  const double gigaflop =
      6e-9 * net::multiply_adds(work.architecture, tile) * static_cast<double>(crops * ranks);
  const std::string limit = "its convolutions alone, with gradients";
  const auto add = [&](const std::string& quantity, double value, const std::string& unit,
                       const std::string& bound = {}, double bound_value = 0) {
    rows.push_back({"train",
                    fmt::format("{} {}: {}", net::name_of(work.architecture.kind),
                                net::name_of(work.precision), quantity),
                    value, unit, bound, bound_value});
  };
  add(fmt::format("weak, step of {} crops per rank", crops), step.sum(), "s", limit, limit_seconds);
  add("arithmetic", gigaflop / step.sum(), "GFLOP/s", limit, gigaflop / limit_seconds);
  add("forward", step.forward, "s");
  add("backward", step.backward, "s");
  add("optimizer", step.optimizer, "s");
  add("exposed communication", step.communication / step.sum(), "of the step");
  add("waiting for data", step.data / step.sum(), "of the step");
  add("throughput", static_cast<double>(crops * ranks) / step.sum(), "crops/s");
  return step.sum();
}

}  // namespace

std::vector<Row> measure_train(const par::Comm& world, const Options& options,
                               const TrainOptions& training) {
  const io::ScratchDirectory scratch(world, options.directory);
  const std::size_t crops = training.micro_batch, batch = training.batch;
  std::vector<Row> rows;
  for (const net::Architecture& architecture :
       {net::default_architecture(net::NetworkKind::d3m), with_synthetic_inputs(training.vnet)}) {
    const std::string name = net::name_of(architecture.kind);
    Work work{architecture, net::Precision::fp32, training.crop, options.repeats};
    const std::size_t first = rows.size();
    const double fp32 = add_rows(world, work, crops, scratch.path() / "fp32", rows);
    rows.push_back({"train", fmt::format("{} fp32: strong, step of {} crops", name, batch),
                    measure_step(world, work, batch, scratch.path() / "strong").sum(), "s"});
    work.precision = net::Precision::bf16;
    if (net::usable_precision(world, work.precision) != work.precision) continue;
    const std::size_t second = rows.size();
    const double bf16 = add_rows(world, work, crops, scratch.path() / "bf16", rows);
    rows.push_back({"train", fmt::format("{}: bf16 speed-up", name), fp32 / bf16, "x fp32",
                    "that of its convolutions alone",
                    rows[first].limit_value / rows[second].limit_value});
  }
  rows.push_back(
      {"train", "peak memory",
       1e-9 * static_cast<double>(world.all_reduce(memory::peak_rss_bytes(), par::Reduction::max)),
       "GB/rank"});
  return rows;
}

}  // namespace nubox::bench
