#pragma once

#include "nubox/net/architecture.hpp"

#include <cstddef>
#include <vector>

namespace nubox::net {

/// Kinds of layers a U-net is made of. A residual block holds two convolutions of kernel 3, an
/// inception module those of inception_branches().
enum class Op { conv, down, up, block, inception };

/// One row of a network's table: the only description of its shape. Modules, halo and stride are
/// all made from it.
struct Layer {
  Op op = Op::conv;
  std::size_t in = 0;  ///< channels, those of the kept output included where joined
  std::size_t out = 0;
  std::size_t kernel = 3;
  bool keep = false;  ///< the output is kept for the way up
  bool join = false;  ///< the input is concatenated with the last kept output
  bool last = false;  ///< neither normalisation nor activation follows
};

/// The convolutions of an inception module (v1: Szegedy et al. 2015, arXiv:1409.4842), branch by
/// branch: kernels 1, 3 and 5, and a maximum over 3^3 voxels before the last branch. Each ends in a
/// quarter of the output's channels, to which those in front of a larger kernel reduce
/// (bottleneck).
[[nodiscard]] std::vector<std::vector<Layer>> inception_branches(const Layer& module);
inline constexpr std::size_t inception_pool = 3;

/// The rows of a valid architecture, in forward order.
[[nodiscard]] std::vector<Layer> layer_plan(const Architecture& architecture);

/// One convolution of an evaluation; residual blocks hold three, inception modules six.
struct ConvStep {
  Op op = Op::conv;  ///< conv, down or up
  std::size_t in = 0, out = 0, kernel = 3;
  bool pad = false;
  Extent input{};  ///< what it is applied to
};

/// All convolutions for a tile with its margins, in forward order.
[[nodiscard]] std::vector<ConvStep> conv_steps(const Architecture& architecture,
                                               const Extent& tile);

/// Multiply-adds of these convolutions together.
[[nodiscard]] double multiply_adds(const std::vector<ConvStep>& steps);

/// True if convolutions pad (d3m), false if they are valid (vnet).
[[nodiscard]] bool convolutions_pad(const Architecture& architecture);

}  // namespace nubox::net
