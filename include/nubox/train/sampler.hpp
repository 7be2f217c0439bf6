#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace nubox::train {

/// One crop: its box, the origin of its output, and its octahedral transform.
struct Sample {
  std::uint64_t id = 0;  ///< number of the crop over all boxes in order; in a box x is slowest
  std::size_t pair = 0;
  std::array<std::size_t, 3> origin{};  ///< lattice site, each < n of the box
  std::size_t element = 0;              ///< of the octahedral group (octahedral())
  bool operator==(const Sample&) const = default;
};

/// Order, origins and transforms of the crops: functions of (seed, epoch, crop) alone, without a
/// generator state. The number of ranks only determines which rank computes which crop of a batch.
class Sampler {
 public:
  struct Options {
    std::uint64_t seed = 1;
    std::size_t tile = 32;
    std::size_t batch = 8;     ///< crops per step over all ranks
    bool augment = true;       ///< random octahedral elements; false: the identity
    bool random_shift = true;  ///< origins anywhere; false: on the tile grid
  };

  /// @param lattice_sizes  n of every box; a box gives ceil(n / tile)^3 crops per epoch
  Sampler(const Options& options, std::vector<std::size_t> lattice_sizes);

  [[nodiscard]] std::size_t samples_per_epoch() const { return crops_; }
  [[nodiscard]] std::size_t steps_per_epoch() const;
  /// The global batch of a step; the last one of an epoch may be smaller.
  [[nodiscard]] std::vector<Sample> batch(std::uint64_t epoch, std::size_t step);
  /// All crops once, in order, without shift and transform (for validation).
  [[nodiscard]] std::vector<Sample> plain() const;

 private:
  [[nodiscard]] Sample grid_crop(std::uint64_t id) const;
  Options options_;
  std::vector<std::size_t> sizes_;
  std::size_t crops_ = 0;
  std::uint64_t order_epoch_ = 0;
  std::vector<std::uint64_t> order_;
};

/// Positions r, r + P, ... of a batch: the share of rank r of P.
[[nodiscard]] std::vector<Sample> share(const std::vector<Sample>& batch, std::size_t rank,
                                        std::size_t ranks);

}  // namespace nubox::train
