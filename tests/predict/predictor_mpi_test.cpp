#include "nubox/core/error.hpp"
#include "nubox/net/model_file.hpp"
#include "nubox/net/torch/emulator.hpp"
#include "nubox/predict/predictor.hpp"
#include "nubox/prior/features.hpp"

#include "prior/support.hpp"
#include "support/compare.hpp"
#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <string>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

using prior::test::theories_of;
using test::same_bits;

constexpr double mass_eV = 0.15;

class PredictorTest : public testing::Test {
 protected:
  PredictorTest() { field::write_box(input_, box_).finish(); }

  [[nodiscard]] Predictor predictor(const PredictorOptions& options) const {
    return {world_, sim::test::tables(), options};
  }
  /// Makes one box and reads it; none if it was complete.
  [[nodiscard]] std::optional<field::Box> predicted(const PredictorOptions& options) const {
    const Predictor with = predictor(options);
    const PredictBox make = with.open(task_);
    bool read = false;
    std::optional<PendingBox> pending = make(task_.requests.front(), {}, [&] { read = true; });
    EXPECT_EQ(read, pending.has_value());
    if (!pending) return std::nullopt;
    pending->publication.finish();
    return field::read_box(world_, out_);
  }
  /// Expects an agreed error from making or opening, with a text that contains `part`.
  void expect_refused(const PredictorOptions& options, ExitCode code,
                      const std::string& part) const {
    const auto error = test::error_of([&] { (void)predicted(options); });
    ASSERT_TRUE(error) << part;
    EXPECT_EQ(error->code(), code) << part;
    EXPECT_TRUE(error->agreed()) << part;
    EXPECT_NE(std::string(error->what()).find(part), std::string::npos) << error->what();
    EXPECT_FALSE(std::filesystem::exists(out_)) << part;
  }

  /// A model over the linear prior that fits the boxes of this test.
  [[nodiscard]] net::ModelCard card(const net::Architecture& architecture) const {
    net::ModelCard card;
    card.architecture = architecture;
    card.architecture.input_channels = 9;
    card.features = prior::local_feature_names(true);
    card.feature_scales.assign(9, 5.0);
    card.output_scale_mpch = 0.2;
    card.data = box_.header;
    card.masses_eV = {mass_eV};
    card.force_classes = {2};
    prior::write_attributes(prior::RewindOptions{}, card.extra);
    return card;
  }

  const par::Comm world_ = par::Comm::world();
  const test::TemporaryDirectory directory_{world_};
  const field::Box box_ = prior::test::zeldovich_box(world_);
  const std::filesystem::path input_ = directory_ / "mnu-0.000.h5", out_ = directory_ / "out.h5",
                              model_ = directory_ / "model.h5";
  const SuiteTask task_{input_, {{mass_eV, out_}}};
};

TEST_F(PredictorTest, of_a_prior_alone_writes_what_the_prior_predicts) {
  const auto found = predicted({.prior = prior::Kind::linear});
  ASSERT_TRUE(found);
  const field::Box expected = prior::apply(prior::Kind::linear, box_, theories_of(mass_eV));
  EXPECT_TRUE(same_bits(found->displacement.values(), expected.displacement.values()));
  EXPECT_TRUE(same_bits(found->velocity->values(), expected.velocity->values()));
  EXPECT_EQ(found->header.cosmology.M_nu_eV, mass_eV);
  EXPECT_EQ(found->header.seed, box_.header.seed);
  EXPECT_EQ(io::find<std::string>(found->header.extra, "velocity_origin"), "prior linear");
}

TEST_F(PredictorTest, skips_a_box_that_is_complete_and_refuses_one_of_another_run) {
  EXPECT_TRUE(predicted({.prior = prior::Kind::linear}));
  EXPECT_FALSE(predicted({.prior = prior::Kind::linear}));
  const auto error = test::error_of([&] { (void)predicted({.prior = prior::Kind::rewind}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
}

TEST_F(PredictorTest, omits_velocities_if_asked_to) {
  const auto found = predicted({.prior = prior::Kind::linear, .output = {.velocities = false}});
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->velocity);
}

TEST_F(PredictorTest, applies_the_gain_of_a_calibrated_prior) {
  net::ModelCard calibrated = card(net::default_architecture(net::NetworkKind::none));
  const prior::Gain gain{{0.1, 0.4}, {1.02, 0.97}};
  calibrated.calibration = {
      gain.k_hmpc,
      {{2, mass_eV, theories_of(mass_eV).amplitude_ratio(prior::RewindOptions{}.epoch_k_hmpc), 1, 1,
        gain.value}}};
  net::save_card(world_, model_, calibrated);
  const auto found = predicted({.model = model_});
  ASSERT_TRUE(found);
  const field::Box expected =
      prior::apply(prior::Kind::linear, box_, theories_of(mass_eV), {}, gain);
  EXPECT_TRUE(same_bits(found->displacement.values(), expected.displacement.values()));
}

TEST_F(PredictorTest, adds_the_increment_of_the_network_to_the_prior) {
  const net::ModelCard model = card({.channels = 2});
  // An untrained network adds nothing; with a bias in its last layers it adds a constant vector.
  const auto network = net::make_network(model.architecture);
  {
    const torch::NoGradGuard no_grad;
    network->named_parameters()["layer5.skip.bias"].copy_(torch::tensor({1.0F, -2.0F, 3.0F}));
  }
  net::save_model(world_, model_, model, *network);
  const auto found = predicted({.model = model_});
  ASSERT_TRUE(found);
  const field::Box prior = prior::apply(prior::Kind::linear, box_, theories_of(mass_eV));
  constexpr std::array<float, 3> bias{1, -2, 3};
  for (std::size_t c = 0; c < 3; ++c) {
    std::vector<float> expected(prior.displacement.component(c).begin(),
                                prior.displacement.component(c).end());
    // theta = 1 at 0.15 eV, times the scale of the output.
    for (float& value : expected) value += 0.2F * bias[c];
    // Rounding of displacements of some 10 Mpc/h in single precision.
    EXPECT_LE(test::largest_difference(found->displacement.component(c), expected), 4e-6) << c;
  }
  EXPECT_TRUE(same_bits(found->velocity->values(), prior.velocity->values()));
}

TEST_F(PredictorTest, contradicting_options_are_refused_on_all_ranks) {
  const net::ModelCard model = card({.channels = 2});
  net::save_model(world_, model_, model, *net::make_network(model.architecture));
  expect_refused({.model = model_, .prior = prior::Kind::rewind}, ExitCode::usage, "rewind");
  expect_refused({.model = model_, .without_network = true}, ExitCode::usage, "network");
  expect_refused({.prior = prior::Kind::linear, .ics = input_}, ExitCode::usage, "ics");
  expect_refused({.model = directory_ / "absent.h5"}, ExitCode::filesystem, "absent.h5");
}

TEST_F(PredictorTest, inputs_that_do_not_fit_are_refused_on_all_ranks) {
  cosmology::Parameters other;
  other.h += 0.01;
  expect_refused({.cosmology = other, .prior = prior::Kind::linear}, ExitCode::input, "h");
  net::ModelCard finer = card({.channels = 2});
  finer.data.box_size_mpch /= 2;
  net::save_model(world_, model_, finer, *net::make_network(finer.architecture));
  expect_refused({.model = model_}, ExitCode::input, "spacing");
  field::Box massive = box_;
  massive.header.cosmology.M_nu_eV = 0.3;
  field::write_box(input_, massive).finish();
  expect_refused({.prior = prior::Kind::linear}, ExitCode::input, "massless");
}

TEST_F(PredictorTest, resources_name_the_box_and_the_work_of_the_network) {
  const TaskResources prior_alone = predictor({.prior = prior::Kind::linear}).resources(task_);
  EXPECT_EQ(prior_alone.n, prior::test::n);
  EXPECT_EQ(prior_alone.network_flop, 0);
  const net::ModelCard model = card({.channels = 2});
  net::save_model(world_, model_, model, *net::make_network(model.architecture));
  const TaskResources with_network = predictor({.model = model_}).resources(task_);
  // Two operations per multiply-add; margins of the tiles come on top.
  const double sites = std::pow(static_cast<double>(prior::test::n), 3);
  EXPECT_GE(with_network.network_flop,
            2 * sites * net::multiply_adds_per_voxel(model.architecture));
  EXPECT_GT(with_network.memory.network_bytes, 0U);
}

TEST_F(PredictorTest, most_memory_is_that_of_the_tasks_that_can_be_done) {
  const Predictor with = predictor({.prior = prior::Kind::linear});
  const SuiteTask absent{directory_ / "absent.h5", {{mass_eV, directory_ / "other.h5"}}};
  const std::uint64_t own = with.resources(task_).memory.peak_bytes();
  EXPECT_EQ(check_resources(world_, world_, {absent, task_}, with),
            world_.all_reduce(own, par::Reduction::max));
  EXPECT_EQ(check_resources(world_, world_, {absent}, with), 0U);
}

}  // namespace
}  // namespace nubox::predict
