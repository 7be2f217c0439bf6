#include "train/batch.hpp"

#include "nubox/core/log.hpp"

#include "train/crop_tensors.hpp"

#include <algorithm>

namespace nubox::train {
namespace {

std::int64_t index(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Crop i of a buffer of cubes, without a copy (the buffer is only read).
torch::Tensor cube(const std::vector<float>& values, std::size_t i, std::size_t channels,
                   std::size_t edge) {
  const std::size_t size = channels * edge * edge * edge;
  return torch::from_blob(const_cast<float*>(values.data()) + i * size,
                          {index(channels), index(edge), index(edge), index(edge)});
}

}  // namespace

Batch make_batch(const CropServer& server, const Crops& crops, const std::vector<Sample>& samples,
                 const std::vector<double>& theta_of_pair,
                 const std::vector<std::size_t>& feature_vectors, std::size_t begin,
                 std::size_t end, torch::Device device) {
  std::vector<torch::Tensor> features;
  std::vector<torch::Tensor> targets;
  std::vector<float> theta;
  for (std::size_t i = begin; i < end; ++i) {
    const Octahedral element = octahedral(samples[i].element);
    features.push_back(
        turn(cube(crops.features, i, server.channels(), server.edge()), element, feature_vectors));
    targets.push_back(turn(cube(crops.targets, i, 3, server.tile()), element, {0}));
    theta.push_back(static_cast<float>(theta_of_pair[samples[i].pair]));
  }
  if (std::all_of(theta.begin(), theta.end(), [&](float t) { return t == theta.front(); })) {
    theta.resize(1);
  }
  return {torch::stack(features).to(device), torch::stack(targets).to(device),
          torch::tensor(theta).to(device)};
}

Validation validate(const par::Comm& comm, net::Emulator& emulator, net::Precision precision,
                    const CropServer& server, const std::vector<Sample>& samples,
                    const std::vector<double>& theta_of_pair, const TrainOptions& options) {
  const torch::NoGradGuard no_grad;
  emulator.network().eval();
  const auto ranks = static_cast<std::size_t>(comm.size());
  const std::size_t group = options.micro_batch * ranks;
  std::array<double, 2> sums{};
  for (std::size_t begin = 0; begin < samples.size(); begin += group) {
    const std::vector<Sample> part(
        samples.begin() + static_cast<std::ptrdiff_t>(begin),
        samples.begin() + static_cast<std::ptrdiff_t>(std::min(begin + group, samples.size())));
    log::beat();
    const Crops crops = server.gather(part);
    if (crops.count == 0) continue;
    const auto mine = share(part, static_cast<std::size_t>(comm.rank()), ranks);
    const Batch batch =
        make_batch(server, crops, mine, theta_of_pair, {}, 0, mine.size(), emulator.device());
    const net::PrecisionScope scope(precision, emulator.device());
    const torch::Tensor output = emulator.forward(batch.features, batch.theta);
    sums[0] += sample_losses(output, batch.targets, options.loss).sum().item<double>();
    sums[1] +=
        sample_losses(torch::zeros_like(output), batch.targets, options.loss).sum().item<double>();
  }
  emulator.network().train();
  comm.all_reduce(std::span<double>(sums));
  const auto count = static_cast<double>(samples.size());
  return {sums[0] / count, sums[1] / count};
}

}  // namespace nubox::train
