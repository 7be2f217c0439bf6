#include "nubox/core/error.hpp"
#include "nubox/net/tile_batch.hpp"
#include "nubox/net/torch/device.hpp"
#include "nubox/net/torch/emulator.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nubox::net {
namespace {

ModelCard sample_card() {
  ModelCard card;
  card.architecture = {.input_channels = 4, .channels = 4, .levels = 1};
  card.prior = prior::Kind::linear;
  card.features = {"prior_x", "prior_y", "prior_z", "density"};
  card.feature_scales = {6, 6, 6, 1.5};
  card.output_scale_mpch = 0.2;
  card.data.box_size_mpch = 125;
  card.data.n = 64;
  card.data.cosmology.Omega_m = 0.3175;
  card.data.cosmology.h = 0.6711;
  card.masses_eV = {0.15, 0.6};
  card.metrics["validation_loss"] = 0.04;
  card.extra["epochs"] = std::int64_t{7};
  return card;
}

std::shared_ptr<Network> network_with_random_weights(const Architecture& architecture) {
  auto network = make_network(architecture);
  const torch::NoGradGuard no_grad;
  for (auto& parameter : network->parameters()) parameter.uniform_(-0.3, 0.3);
  return network;
}

class ModelFile : public testing::Test {
 protected:
  ~ModelFile() override { std::filesystem::remove(path_); }
  par::Comm comm_ = par::Comm::self();
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / fmt::format("nubox-model-{}.h5", getpid());
};

TEST_F(ModelFile, returns_the_card_and_the_weights_that_were_written) {
  const ModelCard card = sample_card();
  const auto network = network_with_random_weights(card.architecture);
  save_model(comm_, path_, card, *network);
  const Model model = load_model(comm_, path_);
  EXPECT_EQ(model.card.architecture, card.architecture);
  EXPECT_EQ(model.card.features, card.features);
  EXPECT_EQ(model.card.feature_scales, card.feature_scales);
  EXPECT_EQ(model.card.masses_eV, card.masses_eV);
  EXPECT_EQ(model.card.metrics, card.metrics);
  EXPECT_EQ(model.card.extra.at("epochs"), card.extra.at("epochs"));
  EXPECT_DOUBLE_EQ(model.card.lattice_spacing_mpch(), 125.0 / 64);
  const auto expected = network->named_parameters();
  for (const auto& item : model.network->named_parameters()) {
    EXPECT_TRUE(torch::equal(item.value(), expected[item.key()])) << item.key();
  }
}

TEST_F(ModelFile, may_hold_a_calibrated_prior_alone) {
  ModelCard card = sample_card();
  card.architecture = default_architecture(NetworkKind::none);
  card.calibration = {{0.1, 1}, {{2, 0.15, 0.95, 1, 0.8, {1.01, 0.99}}}};
  card.output_calibration = {{0.2}, {{4, 0.15, 0.95, 1, 1, {0.97}}}};
  card.force_classes = {2, 4};
  save_card(comm_, path_, card);
  const ModelCard back = load_card(comm_, path_);
  EXPECT_FALSE(back.architecture.has_network());
  ASSERT_EQ(back.calibration.points.size(), 1U);
  EXPECT_EQ(back.calibration.points[0].gain, card.calibration.points[0].gain);
  EXPECT_EQ(back.output_calibration.points.at(0).gain, card.output_calibration.points[0].gain);
  EXPECT_EQ(back.force_classes, card.force_classes);
  EXPECT_THROW((void)load_model(comm_, path_), Error);
}

TEST_F(ModelFile, keeps_batch_normalisation_buffers) {
  ModelCard card = sample_card();
  card.architecture = {.kind = NetworkKind::d3m,
                       .padding = Padding::zero,
                       .input_channels = 4,
                       .channels = 2,
                       .levels = 1,
                       .residual = false};
  const auto network = network_with_random_weights(card.architecture);
  (void)network->forward(torch::randn({2, 4, 4, 4, 4}), torch::ones({1}));
  save_model(comm_, path_, card, *network);
  const Model model = load_model(comm_, path_);
  const auto expected = network->named_buffers();
  EXPECT_GT(expected.size(), 0U);
  for (const auto& item : model.network->named_buffers()) {
    EXPECT_TRUE(torch::equal(item.value(), expected[item.key()])) << item.key();
  }
}

TEST_F(ModelFile, with_weights_of_another_shape_is_refused) {
  const ModelCard card = sample_card();
  Architecture wider = card.architecture;
  wider.channels = 6;
  save_model(comm_, path_, card, *network_with_random_weights(wider));
  EXPECT_THROW((void)load_model(comm_, path_), Error);
  try {
    (void)load_model(comm_, path_);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input);
    EXPECT_NE(std::string(error.what()).find("shape"), std::string::npos);
  }
}

TEST_F(ModelFile, without_a_card_entry_or_with_an_unknown_architecture_is_refused) {
  io::TableFile table;
  write_card(sample_card(), table);
  io::TableFile lacking = table;
  lacking.attributes.erase("prior");
  EXPECT_THROW((void)read_card(lacking), InputError);
  io::TableFile strange = table;
  strange.attributes["architecture"] = std::string("unet");
  EXPECT_THROW((void)read_card(strange), InputError);
  strange = table;
  strange.attributes["prior"] = std::string("guess");
  EXPECT_THROW((void)read_card(strange), InputError);
}

TEST_F(ModelFile, evaluator_gives_the_emulators_increment) {
  const ModelCard card = sample_card();
  const auto network = network_with_random_weights(card.architecture);
  save_model(comm_, path_, card, *network);
  const Evaluator evaluator(comm_, path_);
  ASSERT_EQ(evaluator.halo(), 8U);
  constexpr std::int64_t n = 20, tile = 4;
  const auto x = torch::randn({2, 4, n, n, n});
  const auto run = [&](const Evaluator& with) {
    TileBatch batch(with, 3, {tile, tile, tile});
    EXPECT_EQ(batch.input().size(), 3 * 4 * n * n * n);
    std::copy_n(x.const_data_ptr<float>(), x.numel(), batch.input().begin());
    EXPECT_THROW(batch.start(4, {.theta = 0.5}), InternalError);
    batch.start(2, {.theta = 0.5});
    const auto out = batch.result();
    return torch::tensor(std::vector<float>(out.begin(), out.end()))
        .view({2, tile, tile, tile, 3})
        .permute({0, 4, 1, 2, 3});
  };
  const auto scales = torch::tensor({6.0F, 6.0F, 6.0F, 1.5F}).view({1, 4, 1, 1, 1});
  const auto style = torch::tensor({{0.5F, 0.0F}});
  const auto expected = 0.5 * 0.2 * network->forward(x / scales, style);
  EXPECT_LT((run(evaluator) - expected).abs().max().item<float>(), 1e-6);
  // bfloat16 has 8 significant bits: a percent of the increment, not nothing. CPUs that do not
  // compute it take fp32.
  const auto coarse = run(Evaluator(comm_, path_, Precision::bf16));
  const float error =
      (coarse - expected).abs().max().item<float>() / expected.abs().max().item<float>();
  EXPECT_LT(error, 0.03);
  if (computes(Precision::bf16, choose_device(comm_))) {
    EXPECT_GT(error, 1e-5);
  } else {
    EXPECT_LT(error, 1e-5);
  }
  EXPECT_THROW(TileBatch(evaluator, 1, {4, 4, 3}), InternalError);
}

}  // namespace
}  // namespace nubox::net
