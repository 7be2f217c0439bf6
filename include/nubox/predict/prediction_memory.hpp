#pragma once

#include "nubox/cosmology/linear_theory.hpp"
#include "nubox/net/architecture.hpp"
#include "nubox/predict/tile_plan.hpp"
#include "nubox/prior/prior.hpp"

#include <cstddef>
#include <cstdint>

namespace nubox::predict {

/// Parameters of one prediction on which its memory depends.
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
  std::size_t boxes = 1;          ///< of this input
  bool from_snapshot = false;     ///< which is kept in memory for the boxes to come
};

/// Largest memory of one rank in each stage of a prediction, in bytes, beyond that of the program
/// before it.
struct MemoryEstimate {
  std::uint64_t read_bytes = 0;
  std::uint64_t features_bytes = 0;  ///< the force on the input, and channels that do not depend on
                                     ///< the mass
  std::uint64_t prior_bytes = 0;
  std::uint64_t halo_bytes = 0;     ///< the other channels with their halo
  std::uint64_t network_bytes = 0;  ///< all channels with their halo, and the tiles
  std::uint64_t output_bytes = 0;   ///< with the density of the neutrinos
  [[nodiscard]] std::uint64_t peak_bytes() const;
};

/// @param massless  linear theory of the input: size of its displacements, hence the number of
///                  particles that leave their slab
/// Collective. @throws InputError (agreed) if the tiles do not fit the lattice
[[nodiscard]] MemoryEstimate memory_estimate(const par::Comm& comm, const BoxRequest& request,
                                             const cosmology::LinearTheory& massless);

}  // namespace nubox::predict
