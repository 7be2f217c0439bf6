#include "nubox/io/hdf5.hpp"

#include "nubox/io/bytes.hpp"
#include "nubox/io/hdf5_attributes.hpp"

#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

namespace hdf5 = io::hdf5;

/// A file with group /a, dataset /a/values [2][3] and attributes at the root.
void write_example(const std::filesystem::path& path, const io::Attributes& attributes) {
  hdf5::File file = hdf5::create_file_in_memory(path);
  io::write_attributes(file.id(), attributes);
  const auto times = hdf5::creation_without_times(H5P_GROUP_CREATE);
  const hdf5::Group group(H5Gcreate2(file.id(), "a", H5P_DEFAULT, times.id(), H5P_DEFAULT), "a");
  const std::array<hsize_t, 2> extents{2, 3};
  const hdf5::Space space(H5Screate_simple(2, extents.data(), nullptr), "space");
  const auto creation = hdf5::creation_without_times(H5P_DATASET_CREATE);
  const hdf5::Dataset dataset(H5Dcreate2(group.id(), "values", H5T_IEEE_F64LE, space.id(),
                                         H5P_DEFAULT, creation.id(), H5P_DEFAULT),
                              "values");
}

const io::Attributes attributes_of_every_type{{"count", std::int64_t{-3}},
                                              {"empty", std::string()},
                                              {"text", std::string("a=b:c\n")},
                                              {"zero", -0.0},
                                              {"tiny", 5e-324}};

TEST(Hdf5, objects_are_listed_by_name_with_parents_first) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "file.h5";
  write_example(path, {});
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  const auto objects = hdf5::list_objects(file.id());
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0].path, "a");
  EXPECT_FALSE(objects[0].is_dataset);
  EXPECT_EQ(objects[1].path, "a/values");
  EXPECT_TRUE(objects[1].is_dataset);
  const hdf5::Dataset dataset(H5Dopen2(file.id(), "a/values", H5P_DEFAULT), "values");
  EXPECT_EQ(hdf5::shape_of(dataset.id()), (std::vector<std::size_t>{2, 3}));
}

TEST(Hdf5, the_same_contents_give_the_same_bytes) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto one = directory / "one.h5", other = directory / "other.h5";
  write_example(one, attributes_of_every_type);
  write_example(other, attributes_of_every_type);
  EXPECT_TRUE(io::read_bytes(one) == io::read_bytes(other));
}

TEST(Hdf5, failures_name_the_step_and_the_reason_of_the_library) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "file.h5";
  write_example(path, {});
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  const auto error = error_of(
      [&] { const hdf5::Dataset absent(H5Dopen2(file.id(), "b", H5P_DEFAULT), "open /b"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_TRUE(std::string(error->what()).starts_with("cannot open /b: ")) << error->what();
}

TEST(Hdf5, handles_close_what_they_own_once) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "file.h5";
  write_example(path, {});
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  hid_t id = H5I_INVALID_HID;
  {
    hdf5::Group group(H5Gopen2(file.id(), "a", H5P_DEFAULT), "open /a");
    id = group.id();
    const hdf5::Group moved(std::move(group));
    EXPECT_EQ(moved.id(), id);
    EXPECT_GT(H5Iis_valid(id), 0);
  }
  EXPECT_EQ(H5Iis_valid(id), 0);
}

TEST(Hdf5, text_and_missing_files_are_no_hdf5) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  overwrite(directory / "note.txt", "text");
  EXPECT_FALSE(hdf5::is_hdf5(directory / "note.txt"));
  EXPECT_FALSE(hdf5::is_hdf5(directory / "absent"));
  const auto text = error_of([&] { (void)io::open_existing(directory / "note.txt"); });
  ASSERT_TRUE(text);
  EXPECT_EQ(text->code(), ExitCode::input);
  const auto absent = error_of([&] { (void)io::open_existing(directory / "absent"); });
  ASSERT_TRUE(absent);
  EXPECT_EQ(absent->code(), ExitCode::filesystem);
}

TEST(Hdf5Attributes, every_type_comes_back_with_its_bits) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "file.h5";
  write_example(path, attributes_of_every_type);
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  const io::Attributes read = io::read_attributes(file.id(), "file");
  EXPECT_EQ(read, attributes_of_every_type);
  EXPECT_TRUE(std::signbit(io::require<double>(read, "zero", "file")));
}

TEST(Hdf5Attributes, canonical_text_is_parsed_back_bit_by_bit) {
  io::Attributes attributes = attributes_of_every_type;
  attributes["not a number"] = std::numeric_limits<double>::quiet_NaN();
  const io::Attributes parsed = io::parse_canonical_text(io::canonical_text(attributes));
  ASSERT_EQ(parsed.size(), attributes.size());
  for (const auto& [name, value] : attributes) {
    if (const auto* number = std::get_if<double>(&value)) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(io::require<double>(parsed, name, "text")),
                std::bit_cast<std::uint64_t>(*number))
          << name;
    } else {
      EXPECT_EQ(parsed.at(name), value) << name;
    }
  }
}

TEST(Hdf5Attributes, a_value_changed_afterwards_breaks_their_checksum) {
  const auto self = par::Comm::self();
  const TemporaryDirectory directory(self);
  const auto path = directory / "file.h5";
  write_example(path, {{"n", std::int64_t{8}}});
  {
    hdf5::File file = hdf5::open_file(path, hdf5::Access::write);
    hdf5::check(H5Adelete(file.id(), "n"), "delete");
    io::write_attribute(file.id(), "n", std::int64_t{9});
    file.close("close");
  }
  const hdf5::File file = hdf5::open_file(path, hdf5::Access::read);
  const auto error = error_of([&] { (void)io::read_attributes(file.id(), "box.h5"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
  EXPECT_TRUE(std::string(error->what()).starts_with("box.h5")) << error->what();
}

}  // namespace
}  // namespace nubox::test
