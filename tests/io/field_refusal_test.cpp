#include "nubox/io/bytes.hpp"
#include "nubox/io/field_header.hpp"
#include "nubox/io/hdf5_attributes.hpp"
#include "nubox/io/table_file.hpp"

#include "io/field_skeleton.hpp"
#include "io/io_test_support.hpp"
#include "io/slab_dataset.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

/// Field files with one thing wrong each.
class FieldRefusal : public testing::Test {
 protected:
  /// A file with these root attributes, and a displacement dataset of a lattice of `n`.
  void make(const io::Attributes& attributes, std::size_t n = 4, bool complete = true) {
    const io::RawFile memory = io::RawFile::in_memory();
    io::hdf5::File file = io::hdf5::create_file_in_memory(memory.path());
    io::write_attributes(file.id(), attributes);
    io::write_complete_mark(file.id(), complete);
    {
      const auto dataset = io::create_grid_dataset(file.id(), "displacement", {3, n});
      io::write_attributes(dataset.id(), {{"checksum", std::string("0123456789abcdef")}});
    }
    file.close("close");
    overwrite(path_, io::read_bytes(memory.path()));
  }

  [[nodiscard]] std::string refusal() const {
    const auto error = error_of([&] { const io::FieldFile file(self_, path_); });
    if (!error) return "accepted";
    EXPECT_EQ(error->code(), ExitCode::input) << error->what();
    EXPECT_NE(std::string(error->what()).find(path_.string()), std::string::npos) << error->what();
    return error->what();
  }

  static void expect_part(const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  }

  const par::Comm self_ = par::Comm::self();
  const TemporaryDirectory directory_{self_};
  const std::filesystem::path path_ = directory_ / "field.h5";
  const io::Attributes good_ = io::attributes_of(example_header(4));
};

TEST_F(FieldRefusal, the_fixture_is_fine_without_a_defect) {
  make(good_);
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(FieldRefusal, a_file_whose_writer_was_killed_is_incomplete) {
  make(good_, 4, false);
  expect_part(refusal(), "is incomplete: the run that wrote it did not finish");
}

TEST_F(FieldRefusal, the_skeleton_on_disk_is_incomplete_until_the_end) {
  const std::vector<io::NamedChecksum> datasets{{"displacement", "0123456789abcdef", 4}};
  io::write_incomplete_skeleton(path_, example_header(4), datasets);
  expect_part(refusal(), "is incomplete");
  io::complete_skeleton(path_, example_header(4), datasets);
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(FieldRefusal, a_file_without_format_is_no_nubox_file) {
  io::Attributes attributes = good_;
  attributes.erase("format");
  make(attributes);
  expect_part(refusal(), "is no nubox file");
}

TEST_F(FieldRefusal, a_stats_file_is_told_by_its_format) {
  io::TableFile table;
  table.format = "nubox-stats";
  io::write_table_file(self_, path_, table);
  expect_part(refusal(), "is a 'nubox-stats' file, not 'nubox-field'");
}

TEST_F(FieldRefusal, a_newer_version_is_named) {
  io::Attributes attributes = good_;
  attributes["format_version"] = std::int64_t{2};
  make(attributes);
  expect_part(refusal(), "nubox-field version 2; this program reads version 1");
}

TEST_F(FieldRefusal, a_header_attribute_changed_afterwards_breaks_the_checksum) {
  make(good_);
  {
    io::hdf5::File file = io::hdf5::open_file(path_, io::hdf5::Access::write);
    const io::hdf5::Attribute attribute(H5Aopen(file.id(), "h", H5P_DEFAULT), "open");
    const double other = 0.7;
    io::hdf5::check(H5Awrite(attribute.id(), H5T_NATIVE_DOUBLE, &other), "write");
  }
  expect_part(refusal(), "its attributes have checksum");
}

TEST_F(FieldRefusal, missing_and_ill_typed_attributes_are_named) {
  io::Attributes attributes = good_;
  attributes.erase("Omega_b");
  make(attributes);
  expect_part(refusal(), "attribute 'Omega_b' is missing");
  attributes = good_;
  attributes["n"] = 4.0;
  make(attributes);
  expect_part(refusal(), "attribute 'n' has the wrong type");
}

TEST_F(FieldRefusal, meaningless_values_are_named) {
  const auto with = [&](const char* name, const io::AttributeValue& value) {
    io::Attributes attributes = good_;
    attributes[name] = value;
    make(attributes);
    return refusal();
  };
  expect_part(with("box_size_mpch", -125.0), "box_size_mpch = -125 is not positive");
  expect_part(with("h", std::numeric_limits<double>::quiet_NaN()), "h = nan is not finite");
  expect_part(with("redshift", -1.0), "redshift = -1 is not above");
  expect_part(with("M_nu_eV", -0.1), "M_nu_eV = -0.1 is outside 0 to 10");
  expect_part(with("h", 67.11), "h = 67.11 is outside 0 to 2");
  expect_part(with("A_s", 2.13), "A_s = 2.13 is outside 0 to 1e-07");
  expect_part(with("redshift", 1e5), "redshift = 100000 is above");
  expect_part(with("lattice_offset_cells", 7.0), "lattice_offset_cells = 7 is more than a cell");
  expect_part(with("n", std::int64_t{0}), "n = 0 is outside");
}

TEST_F(FieldRefusal, a_dataset_of_another_lattice_is_named) {
  make(good_, 5);
  expect_part(refusal(), "displacement does not have the shape [3][4][4][4]");
}

}  // namespace
}  // namespace nubox::test
