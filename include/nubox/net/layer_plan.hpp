#pragma once

#include "nubox/net/architecture.hpp"

#include <cstddef>
#include <vector>

namespace nubox::net {

/// Kinds of layers of a U-net. A residual block has two convolutions of kernel 3 beside its skip
/// convolution, an inception module those of inception_branches().
enum class Op { conv, down, up, block, inception };

/// One layer. The list of layers is the only description of a network's shape: modules, halo,
/// stride and cost follow from it.
struct Layer {
  Op op = Op::conv;
  std::size_t in = 0;  ///< channels, those of a concatenated output included
  std::size_t out = 0;
  std::size_t kernel = 3;
  bool keep = false;  ///< the output is kept for a skip connection
  bool join = false;  ///< the input is concatenated with the output that was kept last
  bool last = false;  ///< neither normalisation nor activation follows
};

/// The convolutions of an inception module (v1: Szegedy et al. 2015, arXiv:1409.4842), branch by
/// branch: kernels 1, 3 and 5, and a kernel of 1 behind a maximum over 3^3 voxels. Each branch
/// returns a quarter of the output channels. Kernels 3 and 5 come behind a convolution with kernel
/// 1 that reduces the channels to that quarter (bottleneck).
[[nodiscard]] std::vector<std::vector<Layer>> inception_branches(const Layer& module);
inline constexpr std::size_t inception_pool = 3;

/// The layers of a valid architecture, in forward order. @throws UsageError if it has none
[[nodiscard]] std::vector<Layer> layer_plan(const Architecture& architecture);

/// One convolution of an evaluation; a residual block has three, an inception module six.
struct ConvStep {
  Op op = Op::conv;  ///< conv, down or up
  std::size_t in = 0, out = 0, kernel = 3;
  bool pad = false;
  Extent input{};  ///< of its input
};

/// All convolutions for a tile with its halo, in forward order.
[[nodiscard]] std::vector<ConvStep> conv_steps(const Architecture& architecture,
                                               const Extent& tile);

/// Multiply-adds of these convolutions together.
[[nodiscard]] double multiply_adds(const std::vector<ConvStep>& steps);

/// True if convolutions pad (d3m), false if they are valid (vnet).
[[nodiscard]] bool convolutions_pad(const Architecture& architecture);

}  // namespace nubox::net
