#pragma once

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
  torch::Tensor theta;     ///< [1] if all share it, else [B]
};

/// Crops [begin, end) of a rank's share, which `samples` describes. The crops must outlive them.
[[nodiscard]] Batch make_batch(const CropServer& server, const Crops& crops,
                               const std::vector<Sample>& samples,
                               const std::vector<double>& theta_of_pair, std::size_t begin,
                               std::size_t end, torch::Device device);

}  // namespace nubox::train
