#pragma once

#include "nubox/doctor/check.hpp"

#include <vector>

namespace nubox::doctor {

/// The checks of what the networks use: convolutions and sums of gradients. They need LibTorch:
/// module doctor_torch.
[[nodiscard]] std::vector<Check> network_checks();

}  // namespace nubox::doctor
