#include "nubox/gadget/describe_file.hpp"

#include "nubox/io/describe.hpp"

#include "gadget/snapshots.hpp"
#include "io/io_test_support.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in\n" << text;
}

TEST(Describe, a_binary_snapshot_shows_units_types_and_blocks) {
  const std::string text = gadget::describe_file(snapshots / "g2-types-missing");
  expect_contains(text, "format gadget-2, 3 file(s)");
  expect_contains(text,
                  "box = 125 Mpc/h, lengths in kpc/h (the particle masses give Omega = 0.3175");
  expect_contains(text, "redshift = 0.5");
  expect_contains(text, "type 1 (cold dark matter): 512 particles");
  expect_contains(text, "type 2 (neutrinos): 512 particles");
  expect_contains(text, "little-endian");
  expect_contains(text, "block POS:");
}

TEST(Describe, an_hdf5_snapshot_shows_the_set_and_its_first_file) {
  const std::string text = gadget::describe_file(snapshots / "swift-neutrinos-files");
  expect_contains(text, "format swift, 3 file(s)");
  expect_contains(text, "type 6 (neutrinos): 512 particles");
  expect_contains(text, "peculiar velocities as stored");
  expect_contains(text, "/PartType1/Coordinates  float64");
}

TEST(Describe, a_set_with_a_missing_file_is_told_and_the_rest_is_shown) {
  const std::string text = gadget::describe_file(snapshots / "b-missing-file");
  expect_contains(text, "cannot be read as it is: ");
  expect_contains(text, "b-missing-file.2 is missing");
  expect_contains(text, "block POS:");
}

TEST(Describe, a_field_file_is_listed_as_any_hdf5_file) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const par::SlabLayout layout(self, 4);
  const std::vector<float> values = example_slab(layout);
  const std::vector<io::FieldDataset> datasets{{"displacement", values}};
  io::write_field_file(layout, directory / "field.h5", example_header(4), datasets).finish();
  EXPECT_EQ(gadget::describe_file(directory / "field.h5"),
            io::describe_hdf5(directory / "field.h5"));
}

}  // namespace
}  // namespace nubox::test
