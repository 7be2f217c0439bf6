#pragma once

#include "nubox/doctor/check.hpp"

/// Checks for the networks. A build with LibTorch compiles network_checks.cpp, one without compiles
/// network_checks_skipped.cpp.
namespace nubox::doctor {

[[nodiscard]] std::vector<Check> network_checks();

/// Compute threads of a rank; only the networks use more than one. Rank-local.
[[nodiscard]] int threads_of_rank(const par::Comm& node);

}  // namespace nubox::doctor
