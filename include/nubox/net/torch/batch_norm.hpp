#pragma once

#include <functional>
#include <span>

#include <torch/torch.h>

namespace nubox::net {

/// Sums doubles in host memory over all ranks, in place.
using SumOverRanks = std::function<void(std::span<double> values)>;

/// Batch normalisation of cubes [B][C][n]^3. In training its statistics are those of this rank's
/// crops or, once synchronised, of the crops of all ranks. Then sums are in double precision and
/// count the crops of each rank, so that ranks may have unequal shares or none, and output,
/// gradients and running statistics are those of one rank with all crops. All ranks must run the
/// same passes, those without crops with B = 0.
class BatchNorm : public torch::nn::BatchNorm3dImpl {
 public:
  explicit BatchNorm(std::int64_t channels)
      : BatchNorm3dImpl(torch::nn::BatchNormOptions(channels)) {}

  /// Makes forward and backward passes in training mode collective.
  void synchronise(SumOverRanks sum) { sum_over_ranks_ = std::move(sum); }
  [[nodiscard]] bool synchronised() const { return static_cast<bool>(sum_over_ranks_); }

  torch::Tensor forward(const torch::Tensor& x);

 private:
  SumOverRanks sum_over_ranks_;
};

}  // namespace nubox::net
