#include "train/crop_tensors.hpp"

namespace nubox::train {

torch::Tensor turn(const torch::Tensor& cubes, const Octahedral& element,
                   const std::vector<std::size_t>& vector_starts) {
  if (element == Octahedral{}) return cubes;
  const std::int64_t first = cubes.dim() - 3;  // the x axis
  const std::int64_t channel_axis = first - 1;
  std::vector<std::int64_t> axes;
  for (std::int64_t a = 0; a < first; ++a) axes.push_back(a);
  std::vector<std::int64_t> reversed;
  for (std::size_t a = 0; a < 3; ++a) {
    axes.push_back(first + static_cast<std::int64_t>(element.axis[a]));
    if (element.sign[a] < 0) reversed.push_back(first + static_cast<std::int64_t>(a));
  }
  torch::Tensor turned = cubes.permute(axes);
  if (!reversed.empty()) turned = turned.flip(reversed);

  std::vector<torch::Tensor> channels = turned.unbind(channel_axis);
  const std::vector<torch::Tensor> before = channels;
  for (const std::size_t start : vector_starts) {
    for (std::size_t a = 0; a < 3; ++a) {
      channels[start + a] = before[start + element.axis[a]] * element.sign[a];
    }
  }
  return torch::stack(channels, channel_axis);
}

}  // namespace nubox::train
