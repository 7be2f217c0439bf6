#include "nubox/prior/rewind_options.hpp"

#include "nubox/core/error.hpp"

#include <gtest/gtest.h>

namespace nubox::prior {
namespace {

TEST(RewindOptions, are_restored_from_attributes) {
  const RewindOptions written{0.3, 3, 4, 0.7, 0.25};
  io::Attributes attributes{{"origin", std::string("predict")}};
  write_attributes(written, attributes);
  EXPECT_EQ(attributes.size(), 6U);
  const RewindOptions read = read_rewind_options(attributes);
  EXPECT_EQ(read.epoch_k_hmpc, written.epoch_k_hmpc);
  EXPECT_EQ(read.steps, written.steps);
  EXPECT_EQ(read.mesh_factor, written.mesh_factor);
  EXPECT_EQ(read.velocity_smoothing_mpch, written.velocity_smoothing_mpch);
  EXPECT_EQ(read.velocity_damping, written.velocity_damping);
}

TEST(RewindOptions, of_version_0_1_match_amplitudes_at_3_h_per_Mpc) {
  io::Attributes attributes;
  write_attributes({}, attributes);
  attributes.erase("rewind_epoch_k_hmpc");
  EXPECT_EQ(read_rewind_options(attributes).epoch_k_hmpc, 3);
}

TEST(RewindOptions, missing_attribute_is_named_with_its_file) {
  io::Attributes attributes;
  write_attributes({}, attributes);
  attributes.erase("rewind_velocity_damping");
  try {
    (void)read_rewind_options(attributes, "a.h5");
    FAIL() << "read without the damping";
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("rewind_velocity_damping"), std::string::npos) << text;
    EXPECT_NE(text.find("a.h5"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace nubox::prior
