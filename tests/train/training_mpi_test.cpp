#include "nubox/net/evaluator.hpp"

#include "train/training_fixture.hpp"

#include <cmath>
#include <fstream>
#include <limits>

namespace nubox::train {
namespace {

namespace fs = std::filesystem;
using Training = TrainingTest;

TEST_F(Training, learns_a_linear_correction) {
  TrainOptions training = options("learn");
  training.epochs = 25;
  const TrainReport report = train(comm_, training, make_card(), make_pairs(comm_));
  EXPECT_EQ(report.steps, 25U * 3U);
  EXPECT_LT(report.best_validation_loss.value(), 0.5 * report.prior_validation_loss.value());
  // <|0.2 cos|> over a box
  EXPECT_NEAR(report.prior_validation_loss.value(), 0.2 * 2 / 3.14159, 0.01);
  const net::Evaluator model(comm_, report.model);
  EXPECT_EQ(model.card().metrics.at("validation_loss"), report.best_validation_loss.value());
  EXPECT_NEAR(model.card().output_scale_mpch, 0.2 / std::sqrt(2.0), 1e-3);
  EXPECT_GT(report.fastest_step.forward, 0);
  if (!comm_.is_root()) return;
  std::ifstream metrics(training.out / "metrics.jsonl");
  std::size_t lines = 0;
  for (std::string line; std::getline(metrics, line);) ++lines;
  EXPECT_EQ(lines, 25U * 3U + 25U);
}

TEST_F(Training, starts_from_the_weights_of_a_model) {
  const TrainReport first = train(comm_, options("first"), make_card(), make_pairs(comm_));
  TrainOptions training = options("second");
  training.start = first.model;
  training.seed = 2;  // of initial weights that are not used
  training.epochs = 1;
  training.learning_rate = 1e-12;
  const TrainReport second = train(comm_, training, make_card(), make_pairs(comm_));
  EXPECT_NEAR(second.best_validation_loss.value(), first.best_validation_loss.value(),
              1e-6 * first.best_validation_loss.value());
}

TEST_F(Training, with_all_terms_of_the_loss_is_the_same_on_every_number_of_ranks) {
  TrainOptions training = options("terms");
  training.loss = {
      .lagrangian = DisplacementLoss::l1, .eulerian = 1, .gradient = 1, .spectral = 0.1};
  training.epochs = 6;
  const TrainReport report = train(comm_, training, make_card(), make_pairs(comm_));
  EXPECT_LT(report.best_validation_loss.value(), 0.9 * report.prior_validation_loss.value());
  double alone = 0;
  if (comm_.is_root()) {
    training.out = out_ / "alone";
    const par::Comm self = par::Comm::self();
    alone = train(self, training, make_card(), make_pairs(self)).best_validation_loss.value();
  }
  alone = comm_.all_reduce(alone);
  // Sums in another order, amplified by Adam where gradients are rounding noise.
  EXPECT_NEAR(report.best_validation_loss.value(), alone, 1e-3 * alone);
}

TEST_F(Training, stopped_after_every_step_ends_with_the_same_bits) {
  const net::Architecture d3m{.kind = net::NetworkKind::d3m,
                              .padding = net::Padding::zero,
                              .channels = 2,
                              .levels = 1,
                              .residual = false};
  for (const net::Architecture& architecture : {net::Architecture{.channels = 4}, d3m}) {
    const net::ModelCard card = make_card(architecture);
    TrainOptions straight = options("straight-" + net::name_of(architecture.kind));
    straight.ema = 0.9;
    const TrainReport report = train(comm_, straight, card, make_pairs(comm_));
    TrainOptions stopped = straight;
    stopped.out = out_ / ("stopped-" + net::name_of(architecture.kind));
    EXPECT_EQ(train_with_stops(comm_, stopped, card), 6);
    expect_same_weights(report.model, stopped.out / "model.h5");
  }
}

TEST_F(Training, resumes_with_another_number_of_ranks) {
  TrainOptions together = options("together");
  const TrainReport expected = train(comm_, together, make_card(), make_pairs(comm_));
  TrainOptions mixed = options("mixed");
  stop_after_a_step(comm_, mixed);
  double loss = 0;
  if (comm_.is_root()) {
    const par::Comm self = par::Comm::self();
    const TrainReport report = train(self, mixed, make_card(), make_pairs(self));
    EXPECT_TRUE(report.resumed);
    EXPECT_EQ(report.steps, expected.steps);
    loss = report.best_validation_loss.value();
  }
  loss = comm_.all_reduce(loss);
  // Sums in another order, amplified by Adam where gradients are rounding noise.
  EXPECT_NEAR(loss, expected.best_validation_loss.value(),
              1e-4 * expected.best_validation_loss.value());
}

TEST_F(Training, skips_a_damaged_checkpoint_and_refuses_it_by_name) {
  TrainOptions straight = options("whole");
  const TrainReport report = train(comm_, straight, make_card(), make_pairs(comm_));
  TrainOptions damaged = options("damaged");
  for (int step = 0; step < 2; ++step) stop_after_a_step(comm_, damaged);
  const fs::path newest = damaged.out / "checkpoints" / "ckpt-000000002.h5";
  if (comm_.is_root()) {
    std::fstream file(newest, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(static_cast<std::streamoff>(fs::file_size(newest) / 2));
    const int byte = file.peek();
    file.seekp(file.tellg());
    file.put(static_cast<char>(byte ^ 4));
  }
  comm_.barrier();
  TrainOptions named = damaged;
  named.resume = Resume::file;
  named.checkpoint = newest;
  try {
    (void)train(comm_, named, make_card(), make_pairs(comm_));
    FAIL() << "a damaged checkpoint was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::input) << error.what();
  }
  const TrainReport resumed = train(comm_, damaged, make_card(), make_pairs(comm_));
  EXPECT_TRUE(resumed.resumed);
  expect_same_weights(report.model, resumed.model);
}

TEST_F(Training, refuses_checkpoints_of_other_options_unless_told_to_start_anew) {
  TrainOptions first = options("identity");
  first.config_hash = "a";
  first.option_values["train.batch"] = "4";
  stop_after_a_step(comm_, first);
  TrainOptions other = first;
  other.config_hash = "b";
  other.option_values["train.batch"] = "8";
  try {
    (void)train(comm_, other, make_card(), make_pairs(comm_));
    FAIL() << "a checkpoint of other options was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_NE(std::string(error.what()).find("train.batch is 4, not 8"), std::string::npos)
        << error.what();
  }
  other.resume = Resume::never;
  EXPECT_FALSE(train(comm_, other, make_card(), make_pairs(comm_)).resumed);
}

TEST_F(Training, names_the_crops_whose_loss_is_not_finite_on_all_ranks) {
  std::vector<TrainingPair> pairs = make_pairs(comm_);
  if (comm_.rank() == comm_.size() - 1 && pairs[0].target_mpch.local_sites() > 0) {
    pairs[0].target_mpch.values()[0] = std::numeric_limits<float>::quiet_NaN();
  }
  net::ModelCard card = make_card();
  card.feature_scales = {2, 2, 2};
  card.output_scale_mpch = 0.1;
  try {
    (void)train(comm_, options("nan"), card, std::move(pairs));
    FAIL() << "a NaN went unnoticed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::numerical);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find(" of training"), std::string::npos) << error.what();
  }
}

TEST_F(Training, refuses_what_does_not_fit) {
  TrainOptions odd = options("odd");
  odd.tile = 5;
  EXPECT_THROW((void)train(comm_, odd, make_card(), make_pairs(comm_)), Error);
  net::ModelCard card = make_card();
  card.features.pop_back();
  EXPECT_THROW((void)train(comm_, options("channels"), card, make_pairs(comm_)), Error);
  std::vector<TrainingPair> nothing = make_pairs(comm_);
  nothing.erase(nothing.begin());
  EXPECT_THROW((void)train(comm_, options("none"), make_card(), std::move(nothing)), Error);
}

}  // namespace
}  // namespace nubox::train
