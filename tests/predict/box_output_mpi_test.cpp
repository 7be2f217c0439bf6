#include "nubox/core/error.hpp"
#include "nubox/predict/box_output.hpp"

#include "snapshot/wave_box.hpp"
#include "support/files.hpp"

#include <string>

#include <gtest/gtest.h>

namespace nubox::predict {
namespace {

namespace fs = std::filesystem;

const io::Attributes recipe{{"input_checksum", std::string("0123")}, {"M_nu_eV", 0.15}};

class BoxOutputTest : public testing::TestWithParam<BoxFormat> {
 protected:
  BoxOutputTest() {
    box_.header.cosmology.M_nu_eV = 0.15;
    box_.header.extra["input_checksum"] = std::string("0123");
  }
  [[nodiscard]] bool is_complete(const io::Attributes& attributes) const {
    return output_.is_complete_output(world_, path_, test::box_n, attributes);
  }
  /// The file that appears last.
  [[nodiscard]] fs::path file() const {
    return GetParam() == BoxFormat::gadget ? fs::path(path_.string() + ".hdf5") : path_;
  }

  const par::Comm world_ = par::Comm::world();
  const test::TemporaryDirectory directory_{world_};
  const fs::path path_ = directory_ / "sub" / (GetParam() == BoxFormat::gadget ? "snap" : "box.h5");
  const BoxOutput output_{{.format = GetParam()}};
  field::Box box_ = test::wave_box(world_);
};

TEST_P(BoxOutputTest, is_complete_once_the_publication_is_finished) {
  EXPECT_FALSE(is_complete(recipe));
  io::Publication publication = output_.write(path_, box_, nullptr);
  EXPECT_FALSE(is_complete(recipe));
  publication.finish();
  EXPECT_TRUE(fs::exists(file()));
  EXPECT_TRUE(is_complete(recipe));
}

TEST_P(BoxOutputTest, of_another_run_is_refused_on_all_ranks) {
  output_.write(path_, box_, nullptr).finish();
  for (const io::Attributes& other :
       {io::Attributes{{"input_checksum", std::string("4567")}, {"M_nu_eV", 0.15}},
        io::Attributes{{"input_checksum", std::string("0123")}, {"M_nu_eV", 0.3}},
        io::Attributes{{"model_checksum", std::string("0123")}}}) {
    const auto error = test::error_of([&] { (void)is_complete(other); });
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ExitCode::input);
    EXPECT_TRUE(error->agreed());
    EXPECT_NE(std::string(error->what()).find(path_.string()), std::string::npos);
  }
}

TEST_P(BoxOutputTest, that_was_cut_off_counts_as_missing) {
  output_.write(path_, box_, nullptr).finish();
  if (world_.is_root()) fs::resize_file(file(), fs::file_size(file()) / 2);
  world_.barrier();
  EXPECT_FALSE(is_complete(recipe));
}

TEST_P(BoxOutputTest, of_a_snapshot_needs_velocities_and_of_a_field_file_does_not) {
  EXPECT_NO_THROW(output_.require_possible(true));
  const auto error = test::error_of([&] { output_.require_possible(false); });
  EXPECT_EQ(error.has_value(), GetParam() == BoxFormat::gadget);
  if (error) {
    EXPECT_EQ(error->code(), ExitCode::input);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, BoxOutputTest,
                         testing::Values(BoxFormat::field, BoxFormat::gadget),
                         [](const auto& format) {
                           return format.param == BoxFormat::gadget ? "gadget" : "field";
                         });

TEST(BoxOutput, of_a_snapshot_has_no_place_for_a_mesh_and_always_velocities) {
  EXPECT_THROW(BoxOutput({.format = BoxFormat::gadget, .neutrino_field = true}), UsageError);
  EXPECT_THROW(BoxOutput({.format = BoxFormat::gadget, .velocities = false}), UsageError);
  EXPECT_NO_THROW(BoxOutput({.velocities = false, .neutrino_field = true}));
}

TEST(BoxOutput, contains_the_neutrino_density_and_a_damaged_one_counts_as_missing) {
  const par::Comm world = par::Comm::world();
  const test::TemporaryDirectory directory(world);
  const field::Box box = test::wave_box(world);
  field::LatticeField density(box.displacement.layout(), 1, box.header.box_size_mpch);
  for (float& value : density.values()) value = 0.25F;
  const BoxOutput output({.neutrino_field = true});
  const fs::path path = directory / "box.h5";
  output.write(path, box, &density).finish();
  EXPECT_TRUE(output.is_complete_output(world, path, test::box_n, {}));
  // The four bytes of 0.25 stand nowhere else as often: those of the mesh are found and changed.
  if (world.is_root()) {
    std::string bytes = test::contents_of(path);
    const std::string quarters("\0\0\x80\x3e\0\0\x80\x3e\0\0\x80\x3e\0\0\x80\x3e", 16);
    const std::size_t at = bytes.find(quarters);
    ASSERT_NE(at, std::string::npos);
    bytes[at + 2] ^= 1;
    test::overwrite(path, bytes);
  }
  world.barrier();
  EXPECT_FALSE(output.is_complete_output(world, path, test::box_n, {}));
}

}  // namespace
}  // namespace nubox::predict
