#include "nubox/net/conditioning.hpp"

#include "nubox/core/error.hpp"

#include "prior/support.hpp"
#include "support/files.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace nubox::net {
namespace {

using prior::test::theories_of;

ModelCard card_of(std::vector<std::size_t> force_classes) {
  ModelCard card;
  card.force_classes = std::move(force_classes);
  write_attributes(prior::RewindOptions{}, card.extra);
  return card;
}

double force_of(const ModelCard& card, std::size_t force_class) {
  return conditioning_of(card, theories_of(0.15), force_class).force;
}

/// 0.15 eV with this ratio of A_s to the massless box.
prior::Theories with_A_s_ratio(double ratio) {
  const prior::Theories equal = theories_of(0.15);
  cosmology::Parameters massive = equal.massive.parameters();
  massive.A_s *= ratio;
  return make_theories(equal, sim::test::tables(), massive);
}

TEST(Conditioning, theta_is_one_for_the_mass_of_the_paper_and_zero_without_neutrinos) {
  EXPECT_DOUBLE_EQ(conditioning_of(card_of({2}), theories_of(0.15), 2).theta, 1.0);
  EXPECT_DOUBLE_EQ(conditioning_of(card_of({2}), theories_of(0), 2).theta, 0.0);
  EXPECT_NEAR(conditioning_of(card_of({2}), theories_of(0.6), 2).theta, 4.0, 1e-12);
}

TEST(Conditioning, force_is_that_of_the_nearest_class_of_the_training) {
  EXPECT_EQ(force_of(card_of({2, 4}), 2), 0);
  EXPECT_EQ(force_of(card_of({2, 4}), 6), 1);
  EXPECT_EQ(force_of(card_of({2, 4}), 0), 1);
}

TEST(Conditioning, pair_forces_count_as_a_mesh_of_8N_and_in_models_of_version_0_1_as_2N) {
  ModelCard card = card_of({0, 2});
  EXPECT_EQ(force_of(card, 0), 0);
  describe_pair_forces(card);
  EXPECT_EQ(force_of(card, 0), 2);
  EXPECT_EQ(force_of(card, 6), 2);
  EXPECT_EQ(force_of(card, 2), 0);
}

TEST(Conditioning, theta_goes_as_the_logarithm_of_the_amplitude_if_A_s_differs) {
  const prior::Theories weaker = with_A_s_ratio(0.95);
  const double ln_R = std::log(theories_of(0.15).amplitude_ratio(0.2));
  EXPECT_NEAR(conditioning_of(card_of({2}), weaker, 2).theta, 1 + std::log(0.95) / 2 / ln_R, 1e-10);
}

TEST(Conditioning, models_of_pairs_that_differ_in_A_s_keep_theta_and_refuse_equal_A_s) {
  ModelCard card = card_of({2});
  describe_amplitudes(false, card);
  EXPECT_DOUBLE_EQ(conditioning_of(card, with_A_s_ratio(1.1), 2).theta, 1.0);
  const auto error = test::error_of([&] { (void)conditioning_of(card, theories_of(0.15), 2); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
  EXPECT_NE(std::string(error->what()).find("predict.match"), std::string::npos);
}

}  // namespace
}  // namespace nubox::net
