#include "nubox/net/layer_plan.hpp"

#include "nubox/core/error.hpp"

#include <algorithm>
#include <cmath>

namespace nubox::net {
namespace {

/// He et al. 2019 (ML-Recon, Unet/uNet.py): channels double on each level, two convolutions per
/// block. Ablations of Giusarma et al. 2019: five convolutions per block, about twice as many
/// layers; inception modules after the first block and before the last one.
std::vector<Layer> d3m_plan(const Architecture& a) {
  const bool inception = a.kind == NetworkKind::d3m_inception;
  const std::size_t depth = a.kind == NetworkKind::d3m_deep ? 5 : 2;
  std::vector<Layer> plan;
  const auto add_block = [&](std::size_t in, std::size_t out, bool join) {
    plan.push_back({.op = Op::conv, .in = in, .out = out, .join = join});
    for (std::size_t i = 1; i < depth; ++i) {
      plan.push_back({.op = Op::conv, .in = out, .out = out});
    }
  };
  const auto add_inception = [&](std::size_t width, bool join) {
    plan.push_back({.op = Op::inception, .in = width, .out = width, .join = join});
  };
  add_block(a.input_channels, a.channels, false);
  if (inception) add_inception(a.channels, false);
  std::size_t width = a.channels;
  for (std::size_t level = 1; level <= a.levels; ++level) {
    plan.back().keep = true;
    plan.push_back({.op = Op::down, .in = width, .out = 2 * width});
    width *= 2;
    add_block(width, width, false);
  }
  for (; width > a.channels; width /= 2) {
    plan.push_back({.op = Op::up, .in = width, .out = width / 2});
    const bool last_block = width == 2 * a.channels;
    if (inception && last_block) add_inception(width, true);
    add_block(width, width / 2, !(inception && last_block));
  }
  plan.push_back({.op = Op::conv, .in = a.channels, .out = 3, .kernel = 1, .last = true});
  return plan;
}

/// map2map's V-Net without batch normalisation: one residual block per level on either side.
std::vector<Layer> vnet_plan(const Architecture& a) {
  const std::size_t width = a.channels;
  std::vector<Layer> plan{{.op = Op::block, .in = a.input_channels, .out = width, .keep = true}};
  for (std::size_t level = 1; level <= a.levels; ++level) {
    plan.push_back({.op = Op::down, .in = width, .out = width, .kernel = 2});
    plan.push_back({.op = Op::block, .in = width, .out = width, .keep = level < a.levels});
  }
  for (std::size_t level = a.levels; level >= 1; --level) {
    plan.push_back({.op = Op::up, .in = width, .out = width, .kernel = 2});
    plan.push_back({.op = Op::block, .in = 2 * width, .out = level > 1 ? width : 3, .join = true});
  }
  return plan;
}

/// A convolution as far as it matters for the reach of a network.
struct Convolution {
  Op op;
  std::ptrdiff_t kernel;
};

/// Kernel of the branch with the largest reach; its other convolutions have kernel 1.
std::ptrdiff_t widest_kernel(const Layer& module) {
  std::size_t widest = inception_pool;
  for (const auto& branch : inception_branches(module)) {
    widest = std::max(widest, branch.back().kernel);
  }
  return static_cast<std::ptrdiff_t>(widest);
}

std::vector<Convolution> convolutions(const std::vector<Layer>& plan) {
  std::vector<Convolution> list;
  for (const Layer& layer : plan) {
    const auto kernel = static_cast<std::ptrdiff_t>(layer.kernel);
    if (layer.op == Op::block) {
      list.insert(list.end(), 2, {Op::conv, kernel});
    } else if (layer.op == Op::inception) {
      list.push_back({Op::conv, widest_kernel(layer)});
    } else {
      list.push_back({layer.op, kernel});
    }
  }
  return list;
}

/// Input voxels needed on either side of an aligned output cell of `stride` voxels by convolutions
/// that pad: the interval [first, last] of voxels that contribute is traced back to the input.
std::size_t padded_reach(const std::vector<Convolution>& list, std::ptrdiff_t stride) {
  std::ptrdiff_t first = 0;
  std::ptrdiff_t last = stride - 1;
  const auto floor_half = [](std::ptrdiff_t i) { return i >= 0 ? i / 2 : -((1 - i) / 2); };
  for (auto layer = list.rbegin(); layer != list.rend(); ++layer) {
    const std::ptrdiff_t pad = (layer->kernel - 1) / 2;
    if (layer->op == Op::up) {  // output i takes input j with i = 2 j + t - pad, 0 <= t < kernel
      first = floor_half(first + pad - layer->kernel + 2);
      last = floor_half(last + pad);
    } else {
      const std::ptrdiff_t step = layer->op == Op::down ? 2 : 1;
      first = step * first - pad;
      last = step * last - pad + layer->kernel - 1;
    }
  }
  return static_cast<std::size_t>(std::max(-first, last - (stride - 1)));
}

/// Voxels that valid convolutions remove on either side of a cube.
std::size_t valid_margin(const std::vector<Convolution>& list, std::ptrdiff_t stride) {
  std::ptrdiff_t size = stride;
  for (auto layer = list.rbegin(); layer != list.rend(); ++layer) {
    if (layer->op == Op::up) {
      size /= 2;
    } else if (layer->op == Op::down) {
      size *= 2;
    } else {
      size += layer->kernel - 1;
    }
  }
  return static_cast<std::size_t>((size - stride) / 2);
}

/// Convolutions of a plan with their extents; convolutions that do not pad shrink the extent.
///
/// @param extent  of the input
std::vector<ConvStep> steps_of(const std::vector<Layer>& plan, Extent extent, bool pad) {
  std::vector<ConvStep> steps;
  const auto convolve = [&](std::size_t in, std::size_t out, std::size_t kernel) {
    steps.push_back({Op::conv, in, out, kernel, pad, extent});
    for (std::size_t& edge : extent) edge -= pad ? 0 : kernel - 1;
  };
  for (const Layer& layer : plan) {
    switch (layer.op) {
      case Op::conv:
        convolve(layer.in, layer.out, layer.kernel);
        break;
      case Op::block: {
        const std::size_t width = std::max(layer.in, layer.out);
        convolve(layer.in, width, layer.kernel);
        convolve(width, layer.out, layer.kernel);
        steps.push_back({Op::conv, layer.in, layer.out, 1, pad, extent});  // of the cropped input
        break;
      }
      case Op::inception:
        for (const auto& branch : inception_branches(layer)) {
          for (const Layer& row : branch) convolve(row.in, row.out, row.kernel);
        }
        break;
      case Op::down:
        steps.push_back({Op::down, layer.in, layer.out, layer.kernel, pad, extent});
        for (std::size_t& edge : extent) edge /= 2;
        break;
      case Op::up:
        steps.push_back({Op::up, layer.in, layer.out, layer.kernel, pad, extent});
        for (std::size_t& edge : extent) edge *= 2;
        break;
    }
  }
  return steps;
}

}  // namespace

std::vector<std::vector<Layer>> inception_branches(const Layer& module) {
  const std::size_t quarter = module.out / 4;
  const Layer reduce{.op = Op::conv, .in = module.in, .out = quarter, .kernel = 1};
  const auto wide = [&](std::size_t kernel) {
    return Layer{.op = Op::conv, .in = quarter, .out = quarter, .kernel = kernel};
  };
  return {{reduce}, {reduce, wide(3)}, {reduce, wide(5)}, {reduce}};
}

bool convolutions_pad(const Architecture& architecture) {
  return architecture.has_network() && architecture.kind != NetworkKind::vnet;
}

std::vector<Layer> layer_plan(const Architecture& architecture) {
  require_valid(architecture);
  if (architecture.kind == NetworkKind::vnet) return vnet_plan(architecture);
  if (convolutions_pad(architecture)) return d3m_plan(architecture);
  throw UsageError("architecture '{}' has no layers", name_of(architecture.kind));
}

Footprint footprint(const Architecture& architecture) {
  if (!architecture.has_network()) return {0, 1};
  const std::vector<Convolution> list = convolutions(layer_plan(architecture));
  std::size_t stride = 1;
  for (const Convolution& layer : list) stride *= layer.op == Op::down ? 2 : 1;
  if (architecture.pads_tile_faces()) return {0, stride};
  const auto step = static_cast<std::ptrdiff_t>(stride);
  if (!convolutions_pad(architecture)) return {valid_margin(list, step), stride};
  // A multiple of the stride keeps the coarse grids of tile and box on the same voxels.
  return {(padded_reach(list, step) + stride - 1) / stride * stride, stride};
}

std::vector<ConvStep> conv_steps(const Architecture& architecture, const Extent& tile) {
  return steps_of(layer_plan(architecture), grown(tile, footprint(architecture).halo),
                  convolutions_pad(architecture));
}

double multiply_adds(const std::vector<ConvStep>& steps) {
  double sum = 0;
  for (const ConvStep& step : steps) {
    Extent counted =
        step.input;  // a transposed convolution applies all weights to each input voxel
    for (std::size_t& edge : counted) {
      if (step.op == Op::down) edge /= 2;
      if (step.op == Op::conv && !step.pad) edge -= step.kernel - 1;
    }
    sum += static_cast<double>(voxels(counted) * step.in * step.out * step.kernel * step.kernel *
                               step.kernel);
  }
  return sum;
}

double multiply_adds(const Architecture& architecture, const Extent& tile) {
  if (!architecture.has_network()) return 0;
  return multiply_adds(conv_steps(architecture, tile));
}

double multiply_adds_per_voxel(const Architecture& architecture) {
  if (!architecture.has_network()) return 0;
  const std::size_t stride = footprint(architecture).stride;
  const Extent cell{stride, stride, stride};
  return multiply_adds(steps_of(layer_plan(architecture), cell, true)) /
         static_cast<double>(voxels(cell));
}

}  // namespace nubox::net
