#include "nubox/io/describe.hpp"

#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "io/io_test_support.hpp"

#include <array>
#include <limits>

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
  const std::string text = io::describe_hdf5(directory / "field.h5");
  expect_contains(text, "format = nubox-field");
  expect_contains(text, "  A_s = 2.13e-09");
  expect_contains(text, "  seed = 7");
  expect_contains(text, "/displacement  float32 [3][4][4][4], Mpc/h");
  expect_contains(text, "a_exponent = 1");
}

/// Attributes as h5py and other libraries write them.
TEST(Describe, empty_unsigned_short_and_enumerated_attributes_are_shown_as_they_are) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  {
    const io::RawFile memory = io::RawFile::in_memory();
    io::hdf5::File file = io::hdf5::create_file_in_memory(memory.path());
    const auto write = [&](const char* name, hid_t type, hid_t space, const void* values) {
      const io::hdf5::Attribute attribute(
          H5Acreate2(file.id(), name, type, space, H5P_DEFAULT, H5P_DEFAULT), "attribute");
      if (values != nullptr) io::hdf5::check(H5Awrite(attribute.id(), type, values), "write");
    };
    const hsize_t one = 1, none = 0;
    const io::hdf5::Space null(H5Screate(H5S_NULL), "space");
    const io::hdf5::Space scalar(H5Screate(H5S_SCALAR), "space");
    const io::hdf5::Space list(H5Screate_simple(1, &one, nullptr), "space");
    const io::hdf5::Space no_values(H5Screate_simple(1, &none, nullptr), "space");
    const std::uint64_t largest = std::numeric_limits<std::uint64_t>::max();
    const float tenth = 0.1F;
    const std::int8_t truth = 1;
    const io::hdf5::Type boolean(H5Tenum_create(H5T_NATIVE_INT8), "enumeration");
    const std::int8_t values[] = {0, 1};
    H5Tenum_insert(boolean.id(), "FALSE", &values[0]);
    H5Tenum_insert(boolean.id(), "TRUE", &values[1]);
    write("nothing", H5T_NATIVE_INT, null.id(), nullptr);
    write("no values", H5T_NATIVE_INT, no_values.id(), nullptr);
    write("largest", H5T_NATIVE_UINT64, scalar.id(), &largest);
    write("list", H5T_NATIVE_UINT64, list.id(), &largest);
    write("tenth", H5T_NATIVE_FLOAT, scalar.id(), &tenth);
    write("truth", boolean.id(), scalar.id(), &truth);
    H5Fflush(file.id(), H5F_SCOPE_LOCAL);
    overwrite(directory / "foreign.hdf5", io::read_bytes(memory.path()));
  }
  const std::string text = io::describe_hdf5(directory / "foreign.hdf5");
  expect_contains(text, "nothing = (empty)\n");
  expect_contains(text, "no values = []\n");
  expect_contains(text, "largest = 18446744073709551615\n");
  expect_contains(text, "list = [18446744073709551615]\n");
  expect_contains(text, "tenth = 0.1\n");
  expect_contains(text, "truth = TRUE\n");
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
  const std::string text = io::describe_hdf5(directory / "snap.hdf5");
  expect_contains(text, "/Header  group");
  expect_contains(text, "NumPart_Total = [0, 512, 0, 0, 0, 0]");
  expect_contains(text, "BoxSize = 1000000");
}

TEST(Describe, a_text_file_is_an_input_error_and_a_missing_one_a_filesystem_error) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  overwrite(directory / "note.txt", "text");
  const auto text = error_of([&] { (void)io::describe_hdf5(directory / "note.txt"); });
  ASSERT_TRUE(text);
  EXPECT_EQ(text->code(), ExitCode::input);
  const auto missing = error_of([&] { (void)io::describe_hdf5(directory / "absent.h5"); });
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->code(), ExitCode::filesystem);
}

}  // namespace
}  // namespace nubox::test
