#pragma once

#include "nubox/field/exchange_plan.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/train/sampler.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace nubox::train {

/// A box as the crop server keeps it: every rank its slab of both fields.
struct CropSource {
  field::LatticeField features;  ///< [C]
  field::LatticeField target;    ///< [3], or more that is wanted without halo
};

/// What a rank trains on in one step, cut from slabs of whichever ranks own them and turned as its
/// samples say.
struct Crops {
  std::size_t count = 0;
  std::vector<float> features;  ///< [count][C][tile + 2 halo]^3
  std::vector<float> targets;   ///< [count][target channels][tile]^3
};

/// The crops of a batch while their planes travel between ranks.
struct PendingCrops {
  std::vector<Sample> batch;
  field::ExchangePlan plan;
  std::vector<float> send, received;
  std::unique_ptr<par::AsyncBlocks> exchange;
};

/// Keeps all boxes in memory, dealt to ranks as slabs, and hands out periodic crops. A crop may be
/// larger than its box: it wraps.
class CropServer {
 public:
  /// All sources have the same numbers of channels; their slabs live on `comm`'s ranks.
  /// @param feature_vectors  first channels of the vectors among the features (vector_channels())
  CropServer(const par::Comm& comm, std::vector<CropSource> sources, std::size_t tile,
             std::size_t halo, std::vector<std::size_t> feature_vectors = {});

  /// Sends what other ranks need for their share of the batch (share()); every rank knows the whole
  /// batch. Collective, without waiting for others.
  [[nodiscard]] PendingCrops begin(std::vector<Sample> batch) const;
  /// Crops of this rank's share, in its order. Waits for ranks that have not begun.
  [[nodiscard]] Crops finish(PendingCrops pending) const;
  /// Both. Collective.
  [[nodiscard]] Crops gather(const std::vector<Sample>& batch) const {
    return finish(begin(batch));
  }

  [[nodiscard]] const std::vector<CropSource>& sources() const { return sources_; }
  [[nodiscard]] std::size_t channels() const { return channels_; }
  [[nodiscard]] std::size_t target_channels() const { return target_channels_; }
  [[nodiscard]] std::size_t edge() const { return tile_ + 2 * halo_; }  ///< of the features
  [[nodiscard]] std::size_t tile() const { return tile_; }

 private:
  par::Comm comm_;
  std::vector<CropSource> sources_;
  std::size_t tile_;
  std::size_t halo_;
  std::size_t channels_;
  std::size_t target_channels_;
  std::vector<std::size_t> feature_vectors_;
  std::vector<std::size_t> target_vectors_;
};

}  // namespace nubox::train
