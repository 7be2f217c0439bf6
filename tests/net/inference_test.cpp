#include "nubox/net/torch/network.hpp"

#include "net/convolve.hpp"
#include "net/cubes.hpp"
#include "net/join.hpp"
#include "net/networks.hpp"
#include "net/styled_conv.hpp"

#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

/// The faster functions for inference on CPUs equal those of training.
namespace nubox::net {
namespace {

using naive::largest_difference;

torch::Tensor random_cubes(std::int64_t channels, std::int64_t n, at::ScalarType type) {
  return torch::randn({2, channels, n, n + 2, n + 4})
      .to(type)
      .contiguous(at::MemoryFormat::ChannelsLast3d);
}

TEST(StyledConv, activation_within_the_convolution_equals_one_after_it) {
  for (const Op op : {Op::conv, Op::down, Op::up}) {
    StyledConv layer(op, 3, 16, op == Op::conv ? 3 : 2, StyledConv::Weights::demodulated);
    randomise(layer);
    const auto x = torch::randn({2, 3, 20, 20, 20}).contiguous(at::MemoryFormat::ChannelsLast3d);
    const auto style = torch::tensor({{0.4F, 1.0F}});
    const auto behind = at::leaky_relu(layer.forward(x, style), leak);
    const c10::InferenceMode inference;
    const auto within = layer.forward(x, style, Activation::leaky_relu);
    EXPECT_LT(largest_difference(within, behind), 1e-6);
    EXPECT_LT(within.min().item<float>(), 0);
  }
}

// LibTorch would compute one sample of this size without oneDNN.
TEST(Convolution, of_one_small_sample_equals_that_of_a_batch_with_its_gradients) {
  torch::manual_seed(12);
  const auto weight = torch::randn({4, 3, 3, 3, 3}).requires_grad_();
  const auto bias = torch::randn({4});
  const auto batch = random_cubes(3, 8, torch::kFloat32);
  for (const auto activation : {Activation::none, Activation::leaky_relu}) {
    const auto x = batch.narrow(0, 0, 1).detach().requires_grad_();
    const auto y = convolution(x, weight, bias, 1, 1, activation);
    const auto expected = activated(
        at::conv3d(x.to(torch::kDouble), weight.to(torch::kDouble), bias.to(torch::kDouble), 1, 1),
        activation);
    EXPECT_EQ(y.sizes(), expected.sizes());
    // Rounding of sums of 81 products of order one.
    EXPECT_LT(largest_difference(y.detach(), expected.detach()), 5e-5);
    const auto upstream = torch::randn_like(y);
    const auto found = torch::autograd::grad({y}, {x, weight}, {upstream});
    const auto right =
        torch::autograd::grad({expected}, {x, weight}, {upstream.to(torch::kDouble)});
    for (std::size_t i = 0; i < found.size(); ++i) {
      EXPECT_LT(largest_difference(found[i], right[i]), 1e-3) << i;
    }
    const c10::InferenceMode inference;
    EXPECT_LT(largest_difference(convolution(x.detach(), weight.detach(), bias, 1, 1, activation),
                                 y.detach()),
              5e-5);
  }
}

TEST(ResidualBlock, sum_plane_by_plane_equals_the_sum_of_whole_tensors) {
  torch::manual_seed(11);
  const auto x = random_cubes(5, 9, torch::kFloat32);
  const auto style = torch::tensor({{0.7F, 1.0F}});
  for (const bool last : {false, true}) {
    ResidualBlock block(5, 3, last);
    for (auto& parameter : block.parameters()) torch::nn::init::normal_(parameter, 0, 0.3);
    const torch::Tensor at_once = block.forward(x, style).detach();
    const c10::InferenceMode inference;
    EXPECT_GT(at_once.abs().max().item<float>(), 0.1);
    EXPECT_LT(largest_difference(block.forward(x, style), at_once), 2e-5);
  }
}

TEST(Join, of_cubes_and_crops_equals_the_concatenation_of_torch) {
  for (const at::ScalarType type : {torch::kFloat32, torch::kBFloat16}) {
    const c10::InferenceMode inference;
    const torch::Tensor wide = random_cubes(5, 8, type), narrow = random_cubes(3, 4, type);
    const torch::Tensor joined = join(crop(wide, 2), narrow);
    EXPECT_TRUE(joined.is_contiguous(at::MemoryFormat::ChannelsLast3d));
    EXPECT_TRUE(torch::equal(joined, torch::cat({crop(wide, 2), narrow}, 1)));
    // Tensors whose rows cannot be copied: channels first, different types.
    EXPECT_TRUE(torch::equal(join(wide.contiguous(), wide), torch::cat({wide, wide}, 1)));
    EXPECT_EQ(join(wide, wide.to(torch::kDouble)).scalar_type(), torch::kDouble);
  }
}

}  // namespace
}  // namespace nubox::net
