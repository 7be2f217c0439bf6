#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/net/architecture.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/prior.hpp"

#include <cstddef>
#include <cstdint>

namespace nubox::predict {

/// What the memory of one prediction depends on, beside the ranks.
struct BoxRequest {
  std::size_t n = 0;
  double box_size_mpch = 0;
  bool has_velocity = false;
  prior::Kind prior = prior::Kind::none;
  prior::RewindOptions rewind{};
  const net::Architecture* network = nullptr;  ///< null: the prior alone
  TileChoice tiles{};
  bool measures_seams = false;
  std::size_t neutrino_mesh = 0;  ///< points per side; 0: no neutrino density
};

/// What one rank holds at most in each stage of a prediction, bytes, beyond what the program holds
/// before.
struct MemoryEstimate {
  std::uint64_t read_bytes = 0;
  std::uint64_t features_bytes = 0;  ///< channels of the input, whatever the mass
  std::uint64_t prior_bytes = 0;
  std::uint64_t halo_bytes = 0;     ///< all channels, and the slab that gets their halo
  std::uint64_t network_bytes = 0;  ///< that slab, and the tiles
  std::uint64_t output_bytes = 0;   ///< with the neutrinos
  [[nodiscard]] std::uint64_t peak_bytes() const;
};

/// `massless` tells how far particles stray from their slabs. Collective.
/// @throws InputError (agreed) if the tiles do not fit the lattice
[[nodiscard]] MemoryEstimate memory_estimate(const par::Comm& comm, const BoxRequest& request,
                                             const cosmology::LinearTheory& massless);

}  // namespace nubox::predict
