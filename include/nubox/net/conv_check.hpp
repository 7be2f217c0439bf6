#pragma once

#include "nubox/net/precision.hpp"
#include "nubox/par/comm.hpp"

#include <string>
#include <vector>

namespace nubox::net {

/// How the values of a tensor lie in memory: channel by channel, or with the channels of a voxel
/// together, as the networks keep them.
enum class Layout { contiguous, channels_last_3d };
[[nodiscard]] std::string name_of(Layout layout);

/// The worst of several figures, and where it was found.
struct ConvFigure {
  double value = 0;
  std::string where;
};

/// Examines this rank's convolutions on its device: strided, transposed and plain ones, of the
/// kernels and borders that the networks have, with their gradients for input and weight.
class ConvCheck {
 public:
  /// Chooses the device and sets torch's threads. Collective.
  explicit ConvCheck(const par::Comm& comm);

  [[nodiscard]] bool on_gpu() const { return on_gpu_; }
  /// "cpu", "cuda:0"
  [[nodiscard]] const std::string& device() const { return device_; }
  /// fp32 and bf16, on GPUs tf32 too.
  [[nodiscard]] std::vector<Precision> precisions() const;

  /// Largest difference from naive sums in double of any output or gradient, in units of what
  /// rounding explains; infinite if one is not a number. Inputs have the digits of the precision,
  /// so that they bring no error of their own; what is left, of a sum of K products of absolute sum
  /// A, is
  ///   fp32  2^-24 |y| + 8 sqrt(K) 2^-24 A   (Higham & Mary 2019: exceeded once in 1e13 values)
  ///   tf32  2^-24 |y| + K 2^-23 A           (tensor cores cut sums off instead of rounding)
  ///   bf16  2 2^-8 |y| + K 2^-23 A          (stored in bf16, once more where sums come in parts)
  /// Shortened products in fp32 exceed it. Rank-local.
  [[nodiscard]] ConvFigure error(Precision precision, Layout layout) const;

  /// Multiply-adds per second of a matrix product in fp32 of the size of a convolution: what this
  /// device reaches without any of a convolution's addressing. Rank-local.
  [[nodiscard]] double matrix_rate(std::size_t repeats) const;
  /// Smallest rate of multiply-adds of a convolution with its gradients, of each kind. Rank-local.
  [[nodiscard]] ConvFigure slowest_rate(Precision precision, Layout layout,
                                        std::size_t repeats) const;

 private:
  bool on_gpu_;
  std::string device_;
};

}  // namespace nubox::net
