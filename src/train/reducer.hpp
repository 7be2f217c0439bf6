#pragma once

#include "nubox/core/error.hpp"

#include "train/flat_parameters.hpp"
#include "train/reduce_backend.hpp"

#include <cstddef>
#include <optional>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Sums gradients over ranks during the backward pass: contiguous buckets of the flat gradient
/// buffer are passed to the backend when they are complete, in the order of their index.
class Reducer {
 public:
  struct Options {
    std::size_t bucket_bytes = std::size_t{4} << 20;
    /// Small, since the sum of the last bucket overlaps with nothing.
    std::size_t last_bytes = std::size_t{1} << 19;
  };
  struct Bucket {
    std::int64_t begin = 0;  ///< elements of the flat buffer
    std::int64_t end = 0;
    std::size_t parameters = 0;
    [[nodiscard]] std::size_t bytes() const { return static_cast<std::size_t>(end - begin) * 4; }
  };

  /// `parameters` and `backend` must outlive the reducer.
  Reducer(FlatParameters& parameters, ReduceBackend& backend, const Options& options);
  ~Reducer();
  Reducer(const Reducer&) = delete;
  Reducer& operator=(const Reducer&) = delete;

  /// Sets all gradients to zero. (Not zero_grad(), which would detach the views.)
  void begin_step();
  /// To be called before the last backward pass of a step on this rank: it starts the sums.
  void arm() { armed_ = true; }
  /// Starts the sums that no backward pass of this rank has started: a rank without crops
  /// contributes zeros. Before any other collective call of the step, so that the order of
  /// collectives is equal.
  void start_rest();
  /// start_rest(), and waits for all sums. All ranks call it once per step.
  void finish();
  /// Error, not yet agreed on, that names a parameter whose gradient was not accumulated exactly
  /// once in the last backward pass of this step. Rank-local.
  [[nodiscard]] const std::optional<Error>& failure() const { return failure_; }

  [[nodiscard]] const std::vector<Bucket>& buckets() const { return buckets_; }

 private:
  void plan_buckets(const Options& options);
  void mark_ready(std::size_t index);
  void start_ready_buckets();

  FlatParameters& parameters_;
  ReduceBackend& backend_;
  std::vector<Bucket> buckets_;
  std::vector<std::size_t> bucket_of_;  ///< by parameter
  std::vector<int> ready_;              ///< accumulated gradients, by parameter
  std::vector<std::size_t> pending_;    ///< missing gradients, by bucket
  std::size_t next_bucket_ = 0;
  bool armed_ = false;
  std::optional<Error> failure_;
};

}  // namespace nubox::train
