#include "nubox/net/torch/network.hpp"

#include "nubox/core/error.hpp"
#include "nubox/net/torch/emulator.hpp"

#include "net/cubes.hpp"
#include "net/networks.hpp"
#include "net/styled_conv.hpp"
#include "support/files.hpp"

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::net {
namespace {

using naive::Border;
using naive::largest_difference;

Architecture small_d3m(Padding padding) {
  return {
      .kind = NetworkKind::d3m, .padding = padding, .channels = 2, .levels = 2, .residual = false};
}

TEST(D3m, has_the_published_parameter_count_and_layer_order) {
  const auto network = make_network(default_architecture(NetworkKind::d3m));
  EXPECT_EQ(parameter_count(*network), 8415939);
  // He et al. 2019 (ML-Recon): convolution with bias, then batch normalisation, layer by layer.
  const std::vector<std::int64_t> convolutions{5248,   110656,  221312,  442496, 442496,
                                               884992, 1769728, 1769728, 884864, 884864,
                                               442496, 221248,  221248,  110656, 195};
  const std::vector<std::int64_t> norms{128, 128, 256, 256, 256, 512, 512, 512,
                                        256, 256, 256, 128, 128, 128, 0};
  ASSERT_EQ(network->children().size(), convolutions.size());
  for (std::size_t i = 0; i < convolutions.size(); ++i) {
    const std::string layer = "layer" + std::to_string(i + 1) + ".";
    EXPECT_EQ(parameter_count(*network, layer + "norm."), norms[i]) << layer;
    EXPECT_EQ(parameter_count(*network, layer), convolutions[i] + norms[i]) << layer;
  }
}

/// D3M in evaluation mode from its list of layers, with naive convolutions.
torch::Tensor naive_d3m(Network& network, const torch::Tensor& x, Border border) {
  std::map<std::string, torch::Tensor> t;
  for (const auto& item : network.named_parameters()) t[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) t[item.key()] = item.value();
  const auto row = [](const torch::Tensor& v) {
    return v.to(torch::kDouble).view({1, -1, 1, 1, 1});
  };
  const auto finish = [&](const std::string& layer, torch::Tensor y) {
    y = (y - row(t[layer + ".norm.running_mean"])) /
        (row(t[layer + ".norm.running_var"]) + 1e-5).sqrt();
    return (y * row(t[layer + ".norm.weight"]) + row(t[layer + ".norm.bias"])).clamp_min(0);
  };
  const auto conv = [&](int i, const torch::Tensor& in, std::int64_t stride = 1) {
    const std::string layer = "layer" + std::to_string(i);
    return finish(layer, naive::conv(in, t[layer + ".weight"], t[layer + ".bias"], stride, border));
  };
  const auto up = [&](int i, const torch::Tensor& in) {
    const std::string layer = "layer" + std::to_string(i);
    return finish(layer,
                  naive::conv_transposed(in, t[layer + ".weight"], t[layer + ".bias"], border));
  };
  const auto x1 = conv(2, conv(1, x));
  const auto x2 = conv(5, conv(4, conv(3, x1, 2)));
  const auto bottom = conv(8, conv(7, conv(6, x2, 2)));
  const auto y2 = conv(11, conv(10, torch::cat({up(9, bottom), x2}, 1)));
  const auto y1 = conv(14, conv(13, torch::cat({up(12, y2), x1}, 1)));
  return naive::conv(y1, t["layer15.weight"], t["layer15.bias"], 1, Border::valid);
}

TEST(D3m, equals_naive_convolutions_for_zero_and_periodic_padding) {
  const auto x = torch::randn({2, 3, 8, 8, 8});
  const auto style = torch::ones({1, 2});
  for (const auto& [padding, border] :
       {std::pair{Padding::zero, Border::zero}, std::pair{Padding::periodic, Border::periodic}}) {
    const auto network = random_network(small_d3m(padding));
    const auto y = network->forward(x, style);
    const auto expected = naive_d3m(*network, x, border);
    ASSERT_EQ(y.sizes(), expected.sizes());
    EXPECT_GT(expected.std().item<double>(), 1e-3);
    // fp32 rounding over 15 layers of order-one activations
    EXPECT_LT(largest_difference(y, expected), 1e-5) << name_of(padding);
  }
}

TEST(D3m, halo_padding_on_a_wrapped_cube_is_the_periodic_network) {
  const auto periodic = random_network(small_d3m(Padding::periodic));
  const auto halo = random_network(small_d3m(Padding::halo));
  const auto x = torch::randn({1, 3, 8, 8, 8});
  const auto style = torch::ones({1, 2});
  const auto y = halo->forward(naive::wrapped(x, halo->halo()), style);
  EXPECT_LT(largest_difference(y, periodic->forward(x, style)), 1e-5);
  // With half the halo the zero border has an effect: the test above can fail.
  const auto poor = random_network(small_d3m(Padding::zero))->forward(naive::wrapped(x, 12), style);
  EXPECT_GT(largest_difference(crop(poor, 12), periodic->forward(x, style)), 1e-4);
}

TEST(Footprint, of_d3m_computed_from_the_layers_is_that_of_a_perturbation) {
  const Footprint halo = footprint(small_d3m(Padding::halo));
  EXPECT_EQ(halo.halo, 28U);
  EXPECT_EQ(halo.stride, 4U);
  EXPECT_EQ(footprint(small_d3m(Padding::zero)).halo, 0U);
  // Positive weights keep every ReLU open, so that no dependence is hidden.
  Architecture narrow = small_d3m(Padding::zero);
  narrow.channels = 1;
  const auto network = random_network(narrow);
  {
    const torch::NoGradGuard no_grad;
    for (auto& parameter : network->parameters()) parameter.abs_().add_(0.1);
  }
  network->to(torch::kDouble);
  EXPECT_EQ(measured_reach(*network, 60), 26);
}

TEST(Footprint, of_vnet_is_the_margin_that_valid_convolutions_remove) {
  for (const auto& [levels, halo, reach] : {std::tuple{1U, 8U, 9}, std::tuple{2U, 20U, 23}}) {
    const Architecture architecture{.channels = 1, .levels = levels};
    EXPECT_EQ(footprint(architecture).halo, halo);
    EXPECT_EQ(footprint(architecture).stride, 1U << levels);
    const auto network = random_network(architecture);
    network->to(torch::kDouble);
    EXPECT_EQ(measured_reach(*network, 2 * halo + 48), reach) << levels;
    // An aligned cell of one stride needs every plane of its halo, and no more.
    const auto n = network->stride() + 2 * network->halo();
    auto x = torch::randn({1, 3, n, n, n}, torch::kDouble);
    const auto style = torch::ones({1, 2}, torch::kDouble);
    const auto before = network->forward(x, style);
    ASSERT_EQ(before.size(2), network->stride());
    x.select(2, n - 1) += 1.0;
    // A plane that is not read changes no bit. The effect of one that is read is small after many
    // layers.
    EXPECT_GT(largest_difference(network->forward(x, style), before), 0);
  }
}

TEST(VNet, tiles_with_halo_equal_the_whole_periodic_box) {
  const auto network = random_network({.channels = 4, .levels = 2});
  const auto box = torch::randn({1, 3, 16, 16, 16});
  const auto style = torch::tensor({{0.7F, 1.0F}});
  const std::int64_t tile = 8, halo = network->halo();
  const auto extended = naive::wrapped(box, halo);
  const auto whole = network->forward(extended, style);
  const std::int64_t size = tile + 2 * halo;
  double difference = 0;
  for (std::int64_t t = 0; t < 8; ++t) {
    const std::int64_t x = t / 4 * tile, y = t / 2 % 2 * tile, z = t % 2 * tile;
    const auto part =
        network->forward(extended.narrow(2, x, size).narrow(3, y, size).narrow(4, z, size), style);
    const auto same = whole.narrow(2, x, tile).narrow(3, y, tile).narrow(4, z, tile);
    difference = std::max(difference, largest_difference(part, same));
  }
  EXPECT_GT(whole.std().item<double>(), 1e-3);
  EXPECT_LT(difference, 1e-5);  // fp32 sums in another order
}

TEST(HaloNetworks, displacement_of_a_site_does_not_depend_on_the_origin_of_the_crop) {
  const Architecture d3m{.kind = NetworkKind::d3m, .channels = 2, .levels = 1, .residual = false};
  for (const Architecture& architecture : {Architecture{.channels = 4, .levels = 2}, d3m}) {
    ModelCard card;
    card.architecture = architecture;
    card.feature_scales = {6, 6, 6};
    card.output_scale_mpch = 0.2;
    const auto network = random_network(architecture);
    Emulator emulator(network, card, torch::kCPU);
    const std::int64_t n = 16, stride = network->stride(), halo = network->halo();
    const auto box = 6 * torch::randn({1, 3, n, n, n});
    const auto style = torch::tensor({{0.7F, 1.0F}});
    const auto whole = emulator.forward(naive::wrapped(box, halo), style);
    EXPECT_GT(whole.std().item<double>(), 1e-3);
    const auto moved = [](const torch::Tensor& x, const std::vector<std::int64_t>& by) {
      return x.roll(by, {2, 3, 4});
    };
    // Every multiple of the stride along x with others along y and z, in small crops that wrap.
    for (std::int64_t shift = 0; shift < n; shift += stride) {
      const std::vector<std::int64_t> origin{-shift, -3 * shift, -5 * shift};
      const std::int64_t tile = 2 * stride, size = tile + 2 * halo;
      const auto crop_of = [&](std::int64_t edge, const torch::Tensor& x) {
        return x.narrow(2, 0, edge).narrow(3, 0, edge).narrow(4, 0, edge);
      };
      const auto part =
          emulator.forward(crop_of(size, naive::wrapped(moved(box, origin), halo)), style);
      // Mpc/h; fp32 sums in another order
      EXPECT_LT(largest_difference(part, crop_of(tile, moved(whole, origin))), 1e-5)
          << name_of(architecture.kind) << " " << shift;
    }
  }
}

TEST(VNet, of_map2map_size_has_its_convolution_parameters) {
  // V-Net's 1,825,222 parameters less the 1,536 of its batch normalisations.
  const auto network = make_network({.channels = 64, .levels = 2});
  EXPECT_EQ(parameter_count(*network) - parameter_count(*network, "style_"), 1823686);
}

// Costs counted by hand from the published layer lists, millions of multiply-adds per voxel.
TEST(Cost, of_tiles_with_and_without_margins_is_that_of_the_published_networks) {
  const auto per_voxel = [](const Architecture& architecture, std::size_t edge) {
    const Extent tile{edge, edge, edge};
    return 1e-6 * multiply_adds(architecture, tile) / static_cast<double>(voxels(tile));
  };
  const Architecture d3m = default_architecture(NetworkKind::d3m);
  EXPECT_NEAR(1e-6 * multiply_adds_per_voxel(d3m), 0.8625, 5e-5);
  EXPECT_NEAR(per_voxel(d3m, 32), 0.8625, 5e-5) << "zero padding has no margins";
  Architecture haloed = d3m;
  haloed.padding = Padding::halo;
  EXPECT_NEAR(per_voxel(haloed, 64), 5.69, 0.01);
  const Architecture vnet{.channels = 64, .levels = 2};
  EXPECT_NEAR(1e-6 * multiply_adds_per_voxel(vnet), 0.694, 1e-3);
  EXPECT_NEAR(per_voxel(vnet, 32), 2.08, 0.01);
  EXPECT_NEAR(per_voxel(vnet, 128), 0.889, 1e-3);
}

TEST(VNet, increment_is_zero_before_training_and_without_neutrino_mass) {
  const Architecture architecture{.channels = 4, .levels = 1};
  const auto x = torch::randn({2, 3, 20, 20, 20});
  EXPECT_EQ(make_network(architecture)->forward(x, torch::ones({1, 2})).abs().max().item<float>(),
            0);
  ModelCard card;
  card.architecture = architecture;
  card.feature_scales = {6, 6, 6};
  card.output_scale_mpch = 0.2;
  Emulator emulator(random_network(architecture), card, torch::kCPU);
  EXPECT_EQ(emulator.forward(x, torch::zeros({1, 2})).abs().max().item<float>(), 0);
  EXPECT_GT(emulator.forward(x, torch::ones({1, 2})).abs().max().item<float>(), 0);
}

TEST(VNet, depends_on_the_force_resolution_only_after_training) {
  const auto x = torch::randn({1, 3, 20, 20, 20});
  const auto of_force = [&](Network& network, float force) {
    return network.forward(x, torch::tensor({{1.0F, force}}));
  };
  const auto fresh = make_network({.channels = 4});
  {
    const torch::NoGradGuard no_grad;
    for (auto& item : fresh->named_parameters()) {
      if (item.key().find("style_weight") == std::string::npos) item.value().uniform_(-0.3, 0.3);
    }
  }
  EXPECT_EQ(largest_difference(of_force(*fresh, 0), of_force(*fresh, 1)), 0);
  const auto taught = random_network({.channels = 4});
  EXPECT_GT(largest_difference(of_force(*taught, 0), of_force(*taught, 1)), 1e-3);
}

TEST(StyledConv, equals_the_modulation_formula_shared_and_per_sample) {
  using Weights = StyledConv::Weights;
  for (const Op op : {Op::conv, Op::down, Op::up}) {
    for (const Weights weights : {Weights::demodulated, Weights::zero}) {
      StyledConv layer(op, 3, 2, op == Op::conv ? 3 : 2, weights);
      randomise(layer);
      const auto parameters = layer.named_parameters();
      const auto x = torch::randn({2, 3, 6, 6, 6});
      const auto styles = torch::tensor({{0.4F, 1.0F}, {2.0F, 0.0F}});
      const auto together = layer.forward(x, styles);
      for (std::int64_t s = 0; s < 2; ++s) {
        const auto style = parameters["style_weight"][0] * styles[s][0] +
                           parameters["style_weight"][1] * styles[s][1] + parameters["style_bias"];
        const bool up = op == Op::up;
        auto w = parameters["weight"].to(torch::kDouble) *
                 (up ? style.view({3, 1, 1, 1, 1}) : style.view({1, 3, 1, 1, 1}));
        if (weights == Weights::demodulated) {
          const auto axes = std::vector<std::int64_t>{up ? 0 : 1, 2, 3, 4};
          w = w / (w.square().sum(axes, true) + 1e-8).sqrt();
        }
        const auto one = x.narrow(0, s, 1);
        const auto bias = parameters["bias"];
        const auto expected = up ? naive::conv_transposed(one, w, bias, Border::valid)
                                 : naive::conv(one, w, bias, op == Op::down ? 2 : 1, Border::valid);
        EXPECT_LT(largest_difference(together.narrow(0, s, 1), expected), 2e-6);
        EXPECT_LT(largest_difference(layer.forward(one, styles.narrow(0, s, 1)), expected), 2e-6);
      }
    }
  }
}

TEST(Architecture, refuses_what_cannot_be_built) {
  EXPECT_THROW((void)make_network({.padding = Padding::zero}), UsageError);
  EXPECT_THROW((void)make_network({.channels = 0}), UsageError);
  EXPECT_THROW((void)make_network(default_architecture(NetworkKind::none)), UsageError);
}

TEST(Architecture, names_of_kinds_and_paddings_are_read_back_and_unknown_ones_refused) {
  for (const NetworkKind kind : {NetworkKind::none, NetworkKind::d3m, NetworkKind::d3m_inception,
                                 NetworkKind::d3m_deep, NetworkKind::vnet}) {
    EXPECT_EQ(network_kind_from(name_of(kind)), kind);
  }
  for (const Padding padding : {Padding::zero, Padding::periodic, Padding::halo}) {
    EXPECT_EQ(padding_from(name_of(padding)), padding);
  }
  EXPECT_THROW((void)network_kind_from("unet"), UsageError);
  const auto error = test::error_of([] { (void)padding_from("mirror"); });
  ASSERT_TRUE(error);
  EXPECT_STREQ(error->what(), "unknown padding 'mirror' (zero, periodic, halo)");
}

}  // namespace
}  // namespace nubox::net
