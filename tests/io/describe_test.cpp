#include "nubox/io/describe.hpp"

#include "io/bytes.hpp"
#include "io/hdf5_attributes.hpp"
#include "io/io_test_support.hpp"

#include <array>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "no '" << part << "' in\n" << text;
}

TEST(Describe, a_field_file_shows_header_shapes_and_units) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const par::SlabLayout layout(self, 4);
  const std::vector<float> values = example_slab(layout);
  const std::vector<io::FieldDataset> datasets{{"displacement", values}};
  io::write_field_file(layout, directory / "field.h5", example_header(4), datasets).finish();
  const std::string text = io::describe(directory / "field.h5");
  expect_contains(text, "format = nubox-field");
  expect_contains(text, "  A_s = 2.13e-09");
  expect_contains(text, "  seed = 7");
  expect_contains(text, "/displacement  float32 [3][4][4][4], Mpc/h");
  expect_contains(text, "a_exponent = 1");
}

/// A Gadget header: array attributes, a type of its own, no nubox attribute anywhere.
TEST(Describe, a_foreign_file_shows_array_attributes) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  {
    const io::RawFile memory = io::RawFile::in_memory();
    io::hdf5::File file = io::hdf5::create_file_in_memory(memory.path());
    const io::hdf5::Group group(
        H5Gcreate2(file.id(), "Header", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), "group");
    const hsize_t six = 6;
    const std::array<unsigned, 6> counts{0, 512, 0, 0, 0, 0};
    const io::hdf5::Space space(H5Screate_simple(1, &six, nullptr), "space");
    const io::hdf5::Attribute attribute(H5Acreate2(group.id(), "NumPart_Total", H5T_STD_U32LE,
                                                   space.id(), H5P_DEFAULT, H5P_DEFAULT),
                                        "attribute");
    io::hdf5::check(H5Awrite(attribute.id(), H5T_NATIVE_UINT, counts.data()), "write");
    io::write_attribute(group.id(), "BoxSize", 1e6);
    H5Fflush(file.id(), H5F_SCOPE_LOCAL);
    overwrite(directory / "snap.hdf5", io::read_bytes(memory.path()));
  }
  const std::string text = io::describe(directory / "snap.hdf5");
  expect_contains(text, "/Header  group");
  expect_contains(text, "NumPart_Total = [0, 512, 0, 0, 0, 0]");
  expect_contains(text, "BoxSize = 1000000");
}

const std::filesystem::path snapshots = std::filesystem::path(NUBOX_BINARY_DIR) / "tests/snapshots";

TEST(Describe, a_binary_snapshot_shows_units_types_and_blocks) {
  const std::string text = io::describe(snapshots / "g2-types-missing");
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
  const std::string text = io::describe(snapshots / "swift-neutrinos-files");
  expect_contains(text, "format swift, 3 file(s)");
  expect_contains(text, "type 6 (neutrinos): 512 particles");
  expect_contains(text, "peculiar velocities as stored");
  expect_contains(text, "/PartType1/Coordinates  float64");
}

TEST(Describe, a_set_with_a_missing_file_is_told_and_the_rest_is_shown) {
  const std::string text = io::describe(snapshots / "b-missing-file");
  expect_contains(text, "cannot be read as it is: ");
  expect_contains(text, "b-missing-file.2 is missing");
  expect_contains(text, "block POS:");
}

TEST(Describe, a_text_file_is_an_input_error_and_a_missing_one_a_filesystem_error) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  overwrite(directory / "note.txt", "text");
  const auto text = error_of([&] { (void)io::describe(directory / "note.txt"); });
  ASSERT_TRUE(text);
  EXPECT_EQ(text->code(), ExitCode::input);
  const auto missing = error_of([&] { (void)io::describe(directory / "absent.h5"); });
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->code(), ExitCode::filesystem);
}

}  // namespace
}  // namespace nubox::test
