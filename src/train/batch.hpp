#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/train/crop_server.hpp"

#include <cstddef>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Tensors of some of a rank's crops on the device; on a CPU they are those of the crops.
struct Batch {
  torch::Tensor features;  ///< [B][C][tile + 2 halo]^3
  torch::Tensor targets;   ///< [B][3][tile]^3
  torch::Tensor base;      ///< [B][3][tile]^3, what targets add to; undefined unless it was served
  torch::Tensor style;     ///< [1][style_numbers] if all share it, else [B][style_numbers]
};

/// Crops [begin, end) of a rank's share, which `samples` describes. The crops must outlive them.
[[nodiscard]] Batch make_batch(const CropServer& server, const Crops& crops,
                               const std::vector<Sample>& samples,
                               const std::vector<net::Conditioning>& style_of_pair,
                               std::size_t begin, std::size_t end, torch::Device device);

}  // namespace nubox::train
