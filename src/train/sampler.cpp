#include "nubox/train/sampler.hpp"

#include "nubox/core/error.hpp"
#include "nubox/core/rng.hpp"
#include "nubox/train/octahedral.hpp"

#include <algorithm>

namespace nubox::train {
namespace {

std::size_t crops_per_side(std::size_t n, std::size_t tile) { return (n + tile - 1) / tile; }

/// Distinguishes this use of the seed from others.
constexpr std::uint64_t sample_key = 0x63726f7073ULL;

}  // namespace

Sampler::Sampler(const Options& options, std::vector<std::size_t> lattice_sizes)
    : options_(options), sizes_(std::move(lattice_sizes)) {
  if (options.tile == 0 || options.batch == 0) {
    throw UsageError("tile {} and batch {} must be positive", options.tile, options.batch);
  }
  for (const std::size_t n : sizes_) {
    const std::size_t side = crops_per_side(n, options_.tile);
    crops_ += side * side * side;
  }
}

std::size_t Sampler::steps_per_epoch() const {
  return (crops_ + options_.batch - 1) / options_.batch;
}

Sample Sampler::grid_crop(std::uint64_t id) const {
  std::uint64_t rest = id;
  for (std::size_t pair = 0; pair < sizes_.size(); ++pair) {
    const std::size_t side = crops_per_side(sizes_[pair], options_.tile);
    if (rest < side * side * side) {
      const std::size_t tile = options_.tile;
      return {id,
              pair,
              {rest / (side * side) * tile, rest / side % side * tile, rest % side * tile},
              0};
    }
    rest -= side * side * side;
  }
  throw InternalError("crop {} of {} does not exist", id, crops_);
}

std::vector<Sample> Sampler::batch(std::uint64_t epoch, std::size_t step) {
  if (order_.empty() || order_epoch_ != epoch) {
    order_ = rng::permutation(options_.seed, epoch, crops_);
    order_epoch_ = epoch;
  }
  const std::size_t begin = std::min(step * options_.batch, crops_);
  const std::size_t end = std::min(begin + options_.batch, crops_);
  std::vector<Sample> samples;
  for (std::size_t i = begin; i < end; ++i) {
    Sample sample = grid_crop(order_[i]);
    // A block has four words: three shifts and the element.
    const rng::Block draw = rng::philox(
        options_.seed ^ sample_key,
        {static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(epoch >> 32),
         static_cast<std::uint32_t>(sample.id), static_cast<std::uint32_t>(sample.id >> 32)});
    const auto pick = [&](std::size_t word, std::size_t bound) {
      return static_cast<std::size_t>(
          rng::below(static_cast<std::uint64_t>(draw[word]) << 32, bound));
    };
    if (options_.random_shift) {
      for (std::size_t a = 0; a < 3; ++a) sample.origin[a] = pick(a, sizes_[sample.pair]);
    }
    if (options_.augment) sample.element = pick(3, octahedral_order);
    samples.push_back(sample);
  }
  return samples;
}

std::vector<Sample> Sampler::plain() const {
  std::vector<Sample> samples;
  for (std::uint64_t id = 0; id < crops_; ++id) samples.push_back(grid_crop(id));
  return samples;
}

std::vector<Sample> share(const std::vector<Sample>& batch, std::size_t rank, std::size_t ranks) {
  std::vector<Sample> mine;
  for (std::size_t i = rank; i < batch.size(); i += ranks) mine.push_back(batch[i]);
  return mine;
}

}  // namespace nubox::train
