#pragma once

#include "nubox/core/error.hpp"

#include "train/flat_parameters.hpp"
#include "train/reduce_backend.hpp"

#include <cstddef>
#include <optional>
#include <vector>

#include <torch/torch.h>

namespace nubox::train {

/// Sums gradients over ranks while backward still runs: contiguous buckets of the flat gradient
/// buffer are handed to the backend as they fill, always in index order.
class Reducer {
 public:
  struct Options {
    std::size_t bucket_bytes = std::size_t{4} << 20;
    /// The last bucket cannot overlap with anything: keep it small.
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

  /// Zeroes all gradients. (Never use zero_grad(): it would drop the views.)
  void begin_step();
  /// The next backward is the step's last on this rank: its hooks start the sums.
  void arm() { armed_ = true; }
  /// Starts what no backward of this rank has started: a rank without samples contributes zeros.
  /// Before any other collective call of the step, so that all ranks start sums at one place.
  void start_rest();
  /// Starts what is left and waits for the sums. All ranks call it once per step.
  void finish();
  /// A parameter whose gradient did not come exactly once in the armed backward of this step, as
  /// an error to be agreed on. Rank-local.
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
  std::vector<int> ready_;              ///< gradients seen, by parameter
  std::vector<std::size_t> pending_;    ///< gradients missing, by bucket
  std::size_t next_bucket_ = 0;
  bool armed_ = false;
  std::optional<Error> failure_;
};

}  // namespace nubox::train
