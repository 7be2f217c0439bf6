#pragma once

#include <cstdint>
#include <string>

namespace nubox {

/// Estimate of the resources of a run, for --dry-run.
struct RunCost {
  std::uint64_t rank_bytes = 0;  ///< peak memory of this rank, beyond what the process holds now
  double core_seconds = 0;       ///< of all ranks together
  std::string speed;             ///< assumed for core_seconds: "0.35 us per particle and step"
  double file_bytes = 0;         ///< of all output files
};

}  // namespace nubox
