#include "nubox/train/continuation.hpp"

#include "nubox/core/error.hpp"

#include "support/files.hpp"

#include <string>

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

net::ModelCard trained_card() {
  net::ModelCard card;
  card.architecture.input_channels = 3;
  card.prior = prior::Kind::linear;
  card.features = {"d_x", "d_y", "d_z"};
  card.feature_scales = {6, 6, 6};
  card.output_scale_mpch = 0.2;
  return card;
}

net::ModelCard new_card() {
  net::ModelCard card = trained_card();
  card.feature_scales.clear();
  card.output_scale_mpch = 0;
  return card;
}

TEST(Continuation, takes_the_scales_of_the_first_model_and_records_its_file) {
  net::ModelCard card = new_card();
  continue_from(trained_card(), "models/first.h5", card);
  EXPECT_EQ(card.feature_scales, trained_card().feature_scales);
  EXPECT_EQ(card.output_scale_mpch, 0.2);
  EXPECT_EQ(std::get<std::string>(card.extra.at("started_from")), "first.h5");
}

TEST(Continuation, over_another_architecture_prior_or_other_channels_is_refused) {
  net::ModelCard wider = new_card(), rewound = new_card(), renamed = new_card();
  wider.architecture.channels += 1;
  rewound.prior = prior::Kind::rewind;
  renamed.features = {"v_x", "v_y", "v_z"};
  for (net::ModelCard card : {wider, rewound, renamed}) {
    const auto error =
        test::error_of([&] { continue_from(trained_card(), "models/first.h5", card); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ExitCode::usage);
    EXPECT_NE(std::string(error->what()).find("models/first.h5"), std::string::npos);
    EXPECT_TRUE(card.feature_scales.empty());
    EXPECT_FALSE(card.extra.contains("started_from"));
  }
}

TEST(Continuation, keeps_the_prior_of_the_first_model_for_the_same_rewind_and_force_classes) {
  net::ModelCard start = trained_card(), card = new_card();
  write_attributes(prior::RewindOptions{}, start.extra);
  card.extra = start.extra;
  card.force_classes = {2};
  EXPECT_TRUE(prior_serves(start, card));  // neither is calibrated
  start.calibration = {{0.1}, {{2, 0.15, 0.95, 1, 0.8, {1.01}}}};
  EXPECT_TRUE(prior_serves(start, card));

  card.force_classes = {2, 0};
  EXPECT_FALSE(prior_serves(start, card));
  card.force_classes = {2};
  write_attributes(prior::RewindOptions{.epoch_k_hmpc = 3}, card.extra);
  EXPECT_FALSE(prior_serves(start, card));
}

}  // namespace
}  // namespace nubox::train
