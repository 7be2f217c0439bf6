#include "nubox/io/table_file.hpp"

#include "io/io_test_support.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

// Written by the first release of format version 1; never to be written anew.
const std::filesystem::path fixtures =
    std::filesystem::path(NUBOX_SOURCE_DIR) / "tests/io/fixtures";

TEST(Fixture, field_files_of_version_1_still_load) {
  const auto world = par::Comm::world();
  const io::FieldFile file(world, fixtures / "field-v1.h5");
  const par::SlabLayout layout(world, 3);
  EXPECT_TRUE(same_bits(file.read("displacement", layout), example_slab(layout)));
  EXPECT_TRUE(file.has("velocity"));
  io::FieldHeader expected = example_header(3);
  expected.code_version = "0.1.0 (fixture)";
  EXPECT_EQ(file.header(), expected);
}

TEST(Fixture, field_files_written_by_python_load) {
  const auto world = par::Comm::world();
  const io::FieldFile file(world, fixtures / "field-python-v1.h5");
  const par::SlabLayout layout(world, 3);
  EXPECT_TRUE(same_bits(file.read("displacement", layout), example_slab(layout)));
  io::FieldHeader expected = example_header(3);
  expected.code_version = "tools/nubox.py";
  EXPECT_EQ(file.header(), expected);
}

TEST(Fixture, table_files_of_version_1_still_load) {
  const auto world = par::Comm::world();
  const io::TableFile table = io::read_table_file(world, fixtures / "table-v1.h5", "nubox-stats");
  EXPECT_EQ(std::get<std::vector<double>>(table.arrays.at("power/k").values),
            (std::vector<double>{0.1, 0.2, 0.3}));
  EXPECT_EQ(table.arrays.at("power/k").units, "h/Mpc");
  EXPECT_EQ(std::get<std::string>(table.group_attributes.at("power").at("assignment")), "cic");
}

}  // namespace
}  // namespace nubox::test
