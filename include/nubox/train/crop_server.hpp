#pragma once

#include "nubox/field/exchange_plan.hpp"
#include "nubox/field/lattice_field.hpp"
#include "nubox/par/comm.hpp"
#include "nubox/train/sampler.hpp"

#include <cstddef>
#include <memory>
#include <vector>

namespace nubox::train {

/// Input and target of one box; every rank has its slab of both fields.
struct CropSource {
  field::LatticeField features;  ///< [C]
  field::LatticeField target;    ///< [3], or more channels; cropped without halo
};

/// The crops of one rank in one step, cut from the slabs of all ranks and transformed by the
/// octahedral elements of their samples.
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

/// Holds all boxes, distributed over the ranks as slabs, and cuts periodic crops from them. A crop
/// may be larger than its box.
class CropServer {
 public:
  /// @param sources          with equal numbers of channels, on the ranks of `comm`
  /// @param feature_vectors  first channels of the vectors among the features (vector_channels())
  /// Collective.
  CropServer(const par::Comm& comm, std::vector<CropSource> sources, std::size_t tile,
             std::size_t halo, std::vector<std::size_t> feature_vectors = {});

  /// Starts to send the planes that other ranks need for their shares of the batch (share()). Every
  /// rank passes the whole batch. Collective, but does not wait for other ranks.
  [[nodiscard]] PendingCrops begin(std::vector<Sample> batch) const;
  /// Crops of this rank's share, in its order. Waits until the ranks that own their planes have
  /// called begin().
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
