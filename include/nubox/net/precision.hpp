#pragma once

#include <string>

namespace nubox::net {

/// fp32 is IEEE single precision throughout (TF32 off); tf32 lets GPUs shorten the inputs of
/// convolutions; bf16 runs convolutions in bfloat16. Weights, gradients, sums and losses are fp32.
enum class Precision { fp32, tf32, bf16 };

/// @throws UsageError on another name
[[nodiscard]] Precision precision_from(const std::string& name);
[[nodiscard]] std::string name_of(Precision precision);

}  // namespace nubox::net
