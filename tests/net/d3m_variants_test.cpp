#include "nubox/core/error.hpp"
#include "nubox/net/architecture.hpp"
#include "nubox/net/layer_plan.hpp"
#include "nubox/net/torch/network.hpp"

#include "net/cubes.hpp"
#include "net/networks.hpp"

#include <map>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::net {
namespace {

using naive::Border;
using naive::largest_difference;

Architecture small(NetworkKind kind, Padding padding, std::size_t channels, std::size_t levels) {
  return {
      .kind = kind, .padding = padding, .channels = channels, .levels = levels, .residual = false};
}

/// Maximum over the 27 voxels around each voxel that are in the cube.
torch::Tensor naive_pool(const torch::Tensor& x, Border border) {
  const std::int64_t n = x.size(2);
  auto y = torch::full_like(x, -1e30);
  for (std::int64_t i = 0; i < n * n * n * 27; ++i) {
    const std::int64_t to[3] = {i / 27 / (n * n), i / 27 / n % n, i / 27 % n};
    std::int64_t from[3] = {to[0] + i % 27 / 9 - 1, to[1] + i % 9 / 3 - 1, to[2] + i % 3 - 1};
    bool inside = true;
    for (std::int64_t& at : from) {
      if (border == Border::periodic) at = (at + n) % n;
      inside = inside && at >= 0 && at < n;
    }
    if (!inside) continue;
    const auto all = torch::indexing::Slice();
    auto target = y.index({all, all, to[0], to[1], to[2]});
    target.copy_(torch::maximum(target, x.index({all, all, from[0], from[1], from[2]})));
  }
  return y;
}

/// The layers of a d3m in eval mode by their definition, with the weights of a network.
class NaiveLayers {
 public:
  NaiveLayers(const Network& network, Border border) : border_(border) {
    for (const auto& item : network.named_parameters()) tensors_[item.key()] = item.value();
    for (const auto& item : network.named_buffers()) tensors_[item.key()] = item.value();
  }
  torch::Tensor conv(const std::string& layer, const torch::Tensor& x, std::int64_t stride = 1) {
    return finish(layer, naive::conv(x, tensors_[layer + ".weight"], tensors_[layer + ".bias"],
                                     stride, border_));
  }
  torch::Tensor up(const std::string& layer, const torch::Tensor& x) {
    return finish(layer, naive::conv_transposed(x, tensors_[layer + ".weight"],
                                                tensors_[layer + ".bias"], border_));
  }
  torch::Tensor inception(const std::string& layer, const torch::Tensor& x) {
    return torch::cat(
        {conv(layer + ".branch1_1", x), conv(layer + ".branch2_2", conv(layer + ".branch2_1", x)),
         conv(layer + ".branch3_2", conv(layer + ".branch3_1", x)),
         conv(layer + ".branch4_1", naive_pool(x, border_))},
        1);
  }
  torch::Tensor last(const std::string& layer, const torch::Tensor& x) {
    return naive::conv(x, tensors_[layer + ".weight"], tensors_[layer + ".bias"], 1, Border::valid);
  }

 private:
  torch::Tensor finish(const std::string& layer, torch::Tensor y) {
    const auto row = [&](const char* name) {
      return tensors_.at(layer + ".norm." + name).to(torch::kDouble).view({1, -1, 1, 1, 1});
    };
    y = (y - row("running_mean")) / (row("running_var") + 1e-5).sqrt();
    return (y * row("weight") + row("bias")).clamp_min(0);
  }
  std::map<std::string, torch::Tensor> tensors_;
  Border border_;
};

const std::pair<Padding, Border> borders[] = {{Padding::zero, Border::zero},
                                              {Padding::periodic, Border::periodic}};

TEST(D3mInception, equals_naive_convolutions_for_zero_and_periodic_padding) {
  const auto x = torch::randn({2, 3, 6, 6, 6});
  for (const auto& [padding, border] : borders) {
    const auto network = random_network(small(NetworkKind::d3m_inception, padding, 4, 1));
    NaiveLayers naive(*network, border);
    const auto x1 = naive.inception("layer3", naive.conv("layer2", naive.conv("layer1", x)));
    const auto bottom = naive.conv("layer6", naive.conv("layer5", naive.conv("layer4", x1, 2)));
    const auto joined = torch::cat({naive.up("layer7", bottom), x1}, 1);
    const auto expected = naive.last(
        "layer11", naive.conv("layer10", naive.conv("layer9", naive.inception("layer8", joined))));
    const auto y = network->forward(x, torch::ones({1}));
    ASSERT_EQ(y.sizes(), expected.sizes());
    EXPECT_GT(expected.std().item<double>(), 1e-3);
    EXPECT_LT(largest_difference(y, expected), 1e-5)
        << name_of(padding);  // fp32 rounding over 11 layers
  }
}

TEST(D3mDeep, equals_naive_convolutions_for_zero_and_periodic_padding) {
  const auto x = torch::randn({2, 3, 6, 6, 6});
  for (const auto& [padding, border] : borders) {
    const auto network = random_network(small(NetworkKind::d3m_deep, padding, 2, 1));
    NaiveLayers naive(*network, border);
    int number = 0;
    const auto layer = [&] { return "layer" + std::to_string(++number); };
    const auto block = [&](torch::Tensor y) {
      for (int i = 0; i < 5; ++i) y = naive.conv(layer(), y);
      return y;
    };
    const auto x1 = block(x);
    const auto bottom = block(naive.conv(layer(), x1, 2));
    const auto joined = torch::cat({naive.up(layer(), bottom), x1}, 1);
    const auto last = block(joined);
    const auto expected = naive.last(layer(), last);
    EXPECT_EQ(number, 18);
    const auto y = network->forward(x, torch::ones({1}));
    ASSERT_EQ(y.sizes(), expected.sizes());
    EXPECT_GT(expected.std().item<double>(), 1e-3);
    EXPECT_LT(largest_difference(y, expected), 2e-5)
        << name_of(padding);  // fp32 rounding over 18 layers
  }
}

/// Parameters by layer: a convolution with bias, then batch normalisation.
std::vector<std::int64_t> layer_parameters(const Network& network) {
  std::vector<std::int64_t> counts;
  for (std::size_t i = 0; i < network.children().size(); ++i) {
    counts.push_back(parameter_count(network, "layer" + std::to_string(i + 1) + "."));
  }
  return counts;
}

std::int64_t conv_parameters(std::int64_t in, std::int64_t out, std::int64_t kernel) {
  return kernel * kernel * kernel * in * out + out + 2 * out;
}

/// The six convolutions of a module as wide as its input.
std::int64_t inception_parameters(std::int64_t width) {
  const std::int64_t quarter = width / 4;
  return 4 * conv_parameters(width, quarter, 1) + conv_parameters(quarter, quarter, 3) +
         conv_parameters(quarter, quarter, 5);
}

TEST(D3mInception, is_d3m_with_two_modules_layer_by_layer) {
  const auto plain = layer_parameters(*make_network(default_architecture(NetworkKind::d3m)));
  std::vector<std::int64_t> expected = plain;
  // After x1 at 64 channels, and on the joined 128 channels before the last two convolutions.
  expected.insert(expected.begin() + 12, inception_parameters(128));
  expected.insert(expected.begin() + 2, inception_parameters(64));
  const auto network = make_network(default_architecture(NetworkKind::d3m_inception));
  EXPECT_EQ(layer_parameters(*network), expected);
  EXPECT_EQ(parameter_count(*network), 8415939 + 43296 + 172608);
}

TEST(D3mDeep, has_twice_the_layers_of_d3m_and_the_same_shapes_between_its_blocks) {
  const auto network = make_network(default_architecture(NetworkKind::d3m_deep));
  std::vector<std::int64_t> expected;
  const auto block = [&](std::int64_t in, std::int64_t out) {
    expected.push_back(conv_parameters(in, out, 3));
    for (int i = 0; i < 4; ++i) expected.push_back(conv_parameters(out, out, 3));
  };
  const auto change = [&](std::int64_t in, std::int64_t out) {
    expected.push_back(conv_parameters(in, out, 3));
  };
  block(3, 64);
  change(64, 128);
  block(128, 128);
  change(128, 256);
  block(256, 256);
  change(256, 128);
  block(256, 128);
  change(128, 64);
  block(128, 64);
  expected.push_back(64 * 3 + 3);
  EXPECT_EQ(layer_parameters(*network), expected);
  EXPECT_EQ(expected.size(), 30U);  // 15 of d3m
}

TEST(D3mVariants, with_halo_on_a_wrapped_cube_are_the_periodic_networks) {
  const auto style = torch::ones({1, 2});
  for (NetworkKind kind : {NetworkKind::d3m_inception, NetworkKind::d3m_deep}) {
    const auto periodic = random_network(small(kind, Padding::periodic, 4, 1));
    const auto halo = random_network(small(kind, Padding::halo, 4, 1));
    const auto x = torch::randn({1, 3, 8, 8, 8});
    const auto y = halo->forward(naive::wrapped(x, halo->halo()), style);
    EXPECT_LT(largest_difference(y, periodic->forward(x, style)), 2e-5) << name_of(kind);
  }
}

TEST(D3mVariants, reach_computed_from_the_layers_is_that_of_a_perturbation) {
  // Per axis at level 0 and, doubled, at level 1: inception 2 + 2 + 2 + 2 and 2 x 2, deep 5 + 5 and
  // 2 x 5; down and up add one voxel each.
  for (const auto& [kind, channels, reach, halo] :
       {std::tuple{NetworkKind::d3m_inception, 4U, 14, 14U},
        std::tuple{NetworkKind::d3m_deep, 1U, 22, 22U}}) {
    EXPECT_EQ(footprint(small(kind, Padding::halo, channels, 1)).halo, halo) << name_of(kind);
    EXPECT_EQ(footprint(small(kind, Padding::halo, channels, 1)).stride, 2U);
    EXPECT_EQ(footprint(small(kind, Padding::zero, channels, 1)).halo, 0U);
    const auto network = random_network(small(kind, Padding::zero, channels, 1));
    {  // positive weights keep every ReLU open, so that no dependence is hidden
      const torch::NoGradGuard no_grad;
      for (auto& parameter : network->parameters()) parameter.abs_().add_(0.1);
    }
    network->to(torch::kDouble);
    EXPECT_EQ(measured_reach(*network, 2 * reach + 8), reach) << name_of(kind);
  }
}

TEST(D3mVariants, cost_counts_every_convolution) {
  // Of a voxel, in units of channels^2 at channels = 4, one level: by hand from the layer lists.
  const auto cost = [](NetworkKind kind) {
    return multiply_adds_per_voxel(small(kind, Padding::zero, 4, 1));
  };
  // A level-1 convolution has 8 x 8 / 8 of the cost of one at level 0 and twice the width each way.
  const double c3 = 27 * 4 * 4, level1 = 27 * 8 * 8 / 8.0, down = 27 * 4 * 8 / 8.0;
  const double ends = 27 * 3 * 4 + 4 * 3;
  // a transposed convolution applies all weights to every input voxel
  const double up = 27 * 8 * 4 / 8.0;
  EXPECT_DOUBLE_EQ(cost(NetworkKind::d3m), ends + c3 + down + 2 * level1 + up + 2 * c3 + c3);
  const auto module = [](double width) {
    const double q = width / 4;
    return 4 * width * q + 27 * q * q + 125 * q * q;
  };
  EXPECT_DOUBLE_EQ(cost(NetworkKind::d3m_inception),
                   cost(NetworkKind::d3m) + module(4) + module(8));
  EXPECT_DOUBLE_EQ(cost(NetworkKind::d3m_deep), cost(NetworkKind::d3m) + 3 * (c3 + level1 + c3));
}

TEST(D3mVariants, refuse_what_cannot_be_split_into_branches) {
  EXPECT_THROW((void)make_network(small(NetworkKind::d3m_inception, Padding::zero, 6, 1)),
               UsageError);
}

}  // namespace
}  // namespace nubox::net
