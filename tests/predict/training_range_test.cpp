#include "nubox/predict/training_range.hpp"

#include "nubox/net/conditioning.hpp"

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

net::ModelCard card() {
  net::ModelCard card;
  card.force_classes = {2, 0};
  card.force_class_velocity_mpch = {3.2, 4.5};
  card.masses_eV = {0.15, 0.6};
  card.data.cosmology = {};
  return card;
}

io::FieldHeader header() {
  io::FieldHeader header;
  header.cosmology = cosmology::Parameters{}.with_mass(0.3);
  return header;
}

TEST(ForceClass, of_a_header_without_one_is_told_by_the_residual_velocities) {
  EXPECT_EQ(force_class_of(card(), header(), 4.3), 0U);
  EXPECT_EQ(force_class_of(card(), header(), 3.3), 2U);
  EXPECT_EQ(force_class_of(card(), header(), std::nullopt), 0U);
}

TEST(ForceClass, that_a_header_states_is_taken) {
  io::FieldHeader mesh = header(), pairs = header();
  mesh.extra["mesh_factor"] = std::int64_t{4};
  pairs.extra["force"] = std::string("p3m");
  EXPECT_EQ(force_class_of(card(), mesh, 4.5), 4U);
  EXPECT_EQ(force_class_of(card(), pairs, 3.2), 0U);
}

TEST(ForceClass, is_not_told_by_models_that_do_not_know_the_velocities_of_their_training) {
  net::ModelCard old = card();
  old.force_class_velocity_mpch.clear();
  EXPECT_EQ(force_class_of(old, header(), 3.2), 0U);
}

TEST(TrainingRange, is_kept_by_a_box_like_those_of_the_training) {
  EXPECT_TRUE(outside_training_range(card(), header(), header(), 0, 4.3).empty());
}

TEST(TrainingRange, names_each_quantity_outside) {
  io::FieldHeader other = header();
  other.cosmology.M_nu_eV = 0.8;
  other.redshift = 1;
  other.cosmology.h = 0.7;
  const auto outside = outside_training_range(card(), other, other, 0, 2.9);
  ASSERT_EQ(outside.size(), 4U);
  EXPECT_EQ(outside[0], "M_nu = 0.8 eV (trained on 0.15 to 0.6 eV)");
  EXPECT_EQ(outside[1], "redshift 1 (trained at 0)");
  EXPECT_EQ(outside[2], "h = 0.7 (trained at 0.6711)");
  EXPECT_EQ(outside[3], "residual velocities of 2.90 Mpc/h (trained on 4.50)");
}

TEST(TrainingRange, excludes_boxes_of_another_amplitude_unless_such_pairs_were_trained_on) {
  io::FieldHeader stronger = header();
  stronger.cosmology.A_s *= 1.2;
  net::ModelCard equal = card(), own = card();
  net::describe_amplitudes(true, equal);
  net::describe_amplitudes(false, own);
  EXPECT_EQ(outside_training_range(equal, header(), stronger, 0, 4.3).size(), 1U);
  EXPECT_TRUE(outside_training_range(own, header(), stronger, 0, 4.3).empty());
}

}  // namespace
}  // namespace nubox::predict
