#pragma once

#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <string>
#include <vector>

namespace nubox::net {

/// Memory layout of a tensor: one channel after the other, or all channels of a voxel next to each
/// other, as the networks have it.
enum class Layout { contiguous, channels_last_3d };
[[nodiscard]] std::string name_of(Layout layout);

/// The worst of several measured values, and the convolution it belongs to.
struct ConvFigure {
  double value = 0;
  std::string where;
};

/// Measures values and speed of convolutions on this rank's device: strided, transposed and plain
/// ones, with the kernels and borders of the networks and the gradients of input and weight.
class ConvCheck {
 public:
  /// Chooses the device and sets torch's threads. Collective.
  explicit ConvCheck(const par::Comm& comm);

  [[nodiscard]] bool on_gpu() const { return on_gpu_; }
  /// "cpu", "cuda:0"
  [[nodiscard]] const std::string& device() const { return device_; }
  /// fp32 and bf16, on GPUs tf32 too.
  [[nodiscard]] std::vector<Precision> precisions() const;

  /// Largest difference of any output or gradient from sums in double precision, over the bound of
  /// its rounding error; infinite if a value is not a number. Inputs are exact in the precision, so
  /// that the error is that of the arithmetic. Bound for a sum y of K products, A being the sum of
  /// their absolute values:
  ///   fp32  2^-24 |y| + 8 sqrt(K) 2^-24 A   (Higham & Mary 2019: exceeded once in 1e13 values)
  ///   tf32  2^-24 |y| + K 2^-23 A           (tensor cores truncate sums)
  ///   bf16  2 2^-8 |y| + K 2^-23 A          (the result is rounded to bf16, partial sums too)
  /// Products of inputs that were rounded to TF32 exceed the bound of fp32. Rank-local.
  [[nodiscard]] ConvFigure error(Precision precision, Layout layout) const;

  /// Multiply-adds per second of a matrix product in fp32 with the sizes of a convolution: the peak
  /// to which convolutions are compared. Rank-local.
  [[nodiscard]] double matrix_rate(std::size_t repeats) const;
  /// Multiply-adds per second of the slowest kind of convolution, with its gradients. Rank-local.
  [[nodiscard]] ConvFigure slowest_rate(Precision precision, Layout layout,
                                        std::size_t repeats) const;

 private:
  bool on_gpu_;
  std::string device_;
};

}  // namespace nubox::net
