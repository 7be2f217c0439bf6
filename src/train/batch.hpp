#pragma once

#include "nubox/net/architecture.hpp"
#include "nubox/train/crop_server.hpp"

#include <cstddef>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Tensors of some of a rank's crops on its device; on a CPU they share the memory of the crops.
struct Batch {
  torch::Tensor features;  ///< [B][C][tile + 2 halo]^3
  torch::Tensor targets;   ///< [B][3][tile]^3
  torch::Tensor base;  ///< [B][3][tile]^3, displacement that targets are added to; may be undefined
  torch::Tensor
      conditioning;  ///< [1][conditioning_numbers] if all share it, else [B][conditioning_numbers]
};

/// Crops [begin, end) of a rank's share; `samples` is the share. The crops must outlive the result.
[[nodiscard]] Batch make_batch(const CropServer& server, const Crops& crops,
                               const std::vector<Sample>& samples,
                               const std::vector<net::Conditioning>& conditioning_of_pair,
                               std::size_t begin, std::size_t end, torch::Device device);

}  // namespace nubox::train
