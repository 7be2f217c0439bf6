#pragma once

#include "train/turn.hpp"

#include <torch/torch.h>

namespace nubox::train {

/// A field [C][n]^3 turned by an element of O_h.
inline torch::Tensor turned(const torch::Tensor& field, const Octahedral& element,
                            const std::vector<std::size_t>& vector_starts) {
  const torch::Tensor values = field.contiguous(), out = torch::empty_like(values);
  turn(values.const_data_ptr<float>(), static_cast<std::size_t>(field.size(0)),
       static_cast<std::size_t>(field.size(1)), element, vector_starts,
       out.mutable_data_ptr<float>());
  return out;
}

}  // namespace nubox::train
