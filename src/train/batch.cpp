#include "train/batch.hpp"

#include "nubox/net/torch/emulator.hpp"

#include <algorithm>

namespace nubox::train {
namespace {

std::int64_t index(std::size_t value) { return static_cast<std::int64_t>(value); }

/// Crops [begin, end) of `values`, cubes [channels][edge]^3, without a copy.
torch::Tensor cubes(const std::vector<float>& values, std::size_t channels, std::size_t edge,
                    std::size_t begin, std::size_t end) {
  const std::size_t size = channels * edge * edge * edge;
  // The tensor is only read.
  return torch::from_blob(
      const_cast<float*>(values.data()) + begin * size,
      {index(end - begin), index(channels), index(edge), index(edge), index(edge)});
}

}  // namespace

Batch make_batch(const CropServer& server, const Crops& crops, const std::vector<Sample>& samples,
                 const std::vector<net::Conditioning>& conditioning_of_pair, std::size_t begin,
                 std::size_t end, torch::Device device) {
  const bool with_base = server.target_channels() == 6;
  const torch::Tensor features =
      cubes(crops.features, server.channels(), server.edge(), begin, end);
  const torch::Tensor targets =
      cubes(crops.targets, server.target_channels(), server.tile(), begin, end).to(device);
  std::vector<net::Conditioning> conditioning;
  for (std::size_t i = begin; i < end; ++i)
    conditioning.push_back(conditioning_of_pair[samples[i].pair]);
  // A rank without crops runs the same passes as the others, with a batch of none.
  if (conditioning.empty()) conditioning.push_back({.theta = 1});
  if (std::ranges::all_of(conditioning,
                          [&](const auto& of_crop) { return of_crop == conditioning.front(); })) {
    conditioning.resize(1);
  }
  return {features.to(device), targets.narrow(1, 0, 3),
          with_base ? targets.narrow(1, 3, 3) : torch::Tensor(),
          net::to_tensor(conditioning).to(device)};
}

}  // namespace nubox::train
