#pragma once

#include "nubox/net/evaluator.hpp"

#include <cstddef>
#include <memory>
#include <span>

namespace nubox::net {

/// Tiles that are evaluated together, with the memory of their input and output. On a GPU each
/// batch has a stream of its own and page-locked memory: of two batches that are used in turn, one
/// is filled, copied and read while the other is computed. On CPUs the work is done when start()
/// returns. Rank-local.
class TileBatch {
 public:
  /// @param network   must outlive the batch
  /// @param capacity  largest number of tiles
  /// @param tile      extent of the output of a tile, multiples of network.stride()
  /// @throws InternalError if they are not
  TileBatch(const Evaluator& network, std::size_t capacity, const Extent& tile);
  ~TileBatch();
  TileBatch(TileBatch&&) noexcept;
  TileBatch& operator=(TileBatch&&) noexcept;

  /// Features in physical units, [capacity][channels][x][y][z] of extent grown(tile,
  /// network.halo()). To be filled before start() and left as they are until result().
  [[nodiscard]] std::span<float> input();

  /// Starts the evaluation of the first `count` tiles. @throws InternalError beyond the capacity
  void start(std::size_t count, const Conditioning& conditioning);

  /// Waits for the evaluation. [count][x][y][z][3], Mpc/h: the increment to the prior
  /// displacement if card().architecture.residual (zero at theta = 0), else the displacement.
  [[nodiscard]] std::span<const float> result();

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace nubox::net
