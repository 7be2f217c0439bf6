#pragma once

#include "net/naive_conv.hpp"

#include <cstdint>

#include <torch/torch.h>

/// Helpers of the tests with cubes.
namespace nubox::net::naive {

/// A periodic cube with `halo` voxels wrapped around it (any halo).
inline torch::Tensor wrapped(const torch::Tensor& x, std::int64_t halo) {
  const std::int64_t n = x.size(2);
  const auto index = torch::remainder(torch::arange(-halo, n + halo), n);
  return x.index_select(2, index).index_select(3, index).index_select(4, index);
}

inline double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max().item<double>();
}

}  // namespace nubox::net::naive
