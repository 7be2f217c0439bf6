#include "train/batch.hpp"

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
  const bool with_base = server.target_channels() == 6;
  if (begin == end) {  // a rank without crops that makes the passes of the others
    const std::int64_t n = index(server.edge()), m = index(server.tile());
    const torch::Tensor nothing = torch::empty({0, 3, m, m, m}).to(device);
    return {torch::empty({0, index(server.channels()), n, n, n}).to(device), nothing,
            with_base ? nothing : torch::Tensor(), torch::ones({1}).to(device)};
  }
  const std::vector<std::size_t> target_vectors =
      with_base ? std::vector<std::size_t>{0, 3} : std::vector<std::size_t>{0};
  std::vector<torch::Tensor> features;
  std::vector<torch::Tensor> targets;
  std::vector<float> theta;
  for (std::size_t i = begin; i < end; ++i) {
    const Octahedral element = octahedral(samples[i].element);
    features.push_back(
        turn(cube(crops.features, i, server.channels(), server.edge()), element, feature_vectors));
    targets.push_back(turn(cube(crops.targets, i, server.target_channels(), server.tile()), element,
                           target_vectors));
    theta.push_back(static_cast<float>(theta_of_pair[samples[i].pair]));
  }
  if (std::all_of(theta.begin(), theta.end(), [&](float t) { return t == theta.front(); })) {
    theta.resize(1);
  }
  const torch::Tensor all = torch::stack(targets).to(device);
  return {torch::stack(features).to(device), all.narrow(1, 0, 3),
          with_base ? all.narrow(1, 3, 3) : torch::Tensor(), torch::tensor(theta).to(device)};
}

}  // namespace nubox::train
