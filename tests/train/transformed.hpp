#pragma once

#include "train/octahedral_transform.hpp"

#include <torch/torch.h>

namespace nubox::train {

/// A field [C][n]^3 transformed by an element of O_h.
inline torch::Tensor transformed(const torch::Tensor& field, const Octahedral& element,
                                 const std::vector<std::size_t>& vector_starts) {
  const torch::Tensor values = field.contiguous(), out = torch::empty_like(values);
  const auto channels = static_cast<std::size_t>(field.size(0));
  const auto n = static_cast<std::size_t>(field.size(1));
  const OctahedralTransform transform(element, channels, n, vector_starts);
  for (std::size_t c = 0; c < channels; ++c) {
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        transform.place(c, i, j, values.const_data_ptr<float>() + ((c * n + i) * n + j) * n,
                        out.mutable_data_ptr<float>());
      }
    }
  }
  return out;
}

}  // namespace nubox::train
