#pragma once

#include "nubox/net/evaluator.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace nubox::net {

/// Tiles that go through a network together, with the memory they come from and end in. On a GPU
/// each batch has a stream of its own and page-locked memory: with two of them in turn, one is
/// copied while the other is computed and the processor gathers and scatters. On CPUs the work is
/// done when start() returns. Rank-local.
class TileBatch {
 public:
  /// @param most  tiles that it can hold
  /// @param tile  extent of the output of each, multiples of network.stride()
  /// @throws InternalError if they are not
  TileBatch(const Evaluator& network, std::size_t most, const Extent& tile);
  ~TileBatch();
  TileBatch(TileBatch&&) noexcept;
  TileBatch& operator=(TileBatch&&) noexcept;

  /// To be filled before start(), not to be touched until result(): [most][channels][x][y][z] of
  /// extent grown(tile, network.halo()), features in physical units.
  [[nodiscard]] std::span<float> input();

  /// Applies the network to the first `count` tiles, all of one style.
  /// @throws InternalError if it does not hold so many
  void start(std::size_t count, const Conditioning& style);

  /// Waits for what was started. [count][x][y][z][3], Mpc/h: the increment to the prior
  /// displacement if card().architecture.residual (zero at theta = 0), else the displacement.
  [[nodiscard]] std::span<const float> result();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nubox::net
