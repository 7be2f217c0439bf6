#pragma once

#include "nubox/par/comm.hpp"

#include <cstdint>
#include <string>

namespace nubox::app {

/// What a run will take, before it begins.
struct ResourceEstimate {
  std::uint64_t rank_bytes = 0;  ///< memory of this rank, at most
  double core_seconds = 0;       ///< of all ranks together
  std::string basis;             ///< what the time rests on: "0.35 us per particle and step"
  double file_bytes = 0;         ///< of all products
};

/// Speed of one core with AVX-512 in the convolutions of the networks, FLOP/s: what `nubox bench
/// --bench.what=predict` shows for fp32. GPUs have a hundred times as much.
inline constexpr double usual_network_flops = 2e10;

/// Bytes of a field file with displacement and velocity of n^3 particles.
[[nodiscard]] constexpr double field_file_bytes(double n) { return 24 * n * n * n; }

/// The line of --dry-run: memory, time, storage. Collective.
void report_resources(const par::Comm& world, const ResourceEstimate& needs);

}  // namespace nubox::app
