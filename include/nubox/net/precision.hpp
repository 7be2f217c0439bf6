#pragma once

#include <string>

namespace nubox::net {

/// Arithmetic of the convolutions. fp32: IEEE single precision; tf32: GPUs round the inputs to 10
/// bits behind the point; bf16: bfloat16. Weights, gradients, sums and losses are always fp32.
enum class Precision { fp32, tf32, bf16 };

/// @throws UsageError on another name
[[nodiscard]] Precision precision_from(const std::string& name);
[[nodiscard]] std::string name_of(Precision precision);

}  // namespace nubox::net
