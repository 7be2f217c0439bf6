#include "train/batch.hpp"

#include "train/turn.hpp"

#include <algorithm>

namespace nubox::train {
namespace {

std::int64_t index(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Crops [begin, end) of `values`, cubes [channels][edge]^3, turned as their samples say.
torch::Tensor turned(const std::vector<float>& values, std::size_t channels, std::size_t edge,
                     const std::vector<Sample>& samples, std::size_t begin, std::size_t end,
                     const std::vector<std::size_t>& vector_starts) {
  torch::Tensor cubes =
      torch::empty({index(end - begin), index(channels), index(edge), index(edge), index(edge)});
  const std::size_t size = channels * edge * edge * edge;
  for (std::size_t i = begin; i < end; ++i) {
    turn(values.data() + i * size, channels, edge, octahedral(samples[i].element), vector_starts,
         cubes.mutable_data_ptr<float>() + (i - begin) * size);
  }
  return cubes;
}

}  // namespace

Batch make_batch(const CropServer& server, const Crops& crops, const std::vector<Sample>& samples,
                 const std::vector<double>& theta_of_pair,
                 const std::vector<std::size_t>& feature_vectors, std::size_t begin,
                 std::size_t end, torch::Device device) {
  const bool with_base = server.target_channels() == 6;
  const torch::Tensor features = turned(crops.features, server.channels(), server.edge(), samples,
                                        begin, end, feature_vectors);
  const std::vector<std::size_t> target_vectors =
      with_base ? std::vector<std::size_t>{0, 3} : std::vector<std::size_t>{0};
  const torch::Tensor targets = turned(crops.targets, server.target_channels(), server.tile(),
                                       samples, begin, end, target_vectors)
                                    .to(device);
  std::vector<float> theta;
  for (std::size_t i = begin; i < end; ++i) {
    theta.push_back(static_cast<float>(theta_of_pair[samples[i].pair]));
  }
  if (theta.empty()) theta.push_back(1);  // a rank without crops that makes the others' passes
  if (std::all_of(theta.begin(), theta.end(), [&](float t) { return t == theta.front(); })) {
    theta.resize(1);
  }
  return {features.to(device), targets.narrow(1, 0, 3),
          with_base ? targets.narrow(1, 3, 3) : torch::Tensor(), torch::tensor(theta).to(device)};
}

}  // namespace nubox::train
