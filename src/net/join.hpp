#pragma once

#include <torch/torch.h>

namespace nubox::net {

/// The channels of a, then those of b: [B][C_a + C_b][n]^3; both may be crops. torch's cat, but in
/// inference on CPUs with the channels last at the speed of memory: cat walks over them in steps of
/// so few channels that it takes 1.8 times as long.
[[nodiscard]] torch::Tensor join(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace nubox::net
