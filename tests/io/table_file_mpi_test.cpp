#include "nubox/io/table_file.hpp"

#include "io/io_test_support.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

io::TableFile example_table() {
  io::TableFile table;
  table.format = "nubox-stats";
  table.attributes = {
      {"box_size_mpch", 125.0}, {"mesh", std::int64_t{64}}, {"empty", std::string()}};
  table.group_attributes["power"] = {{"assignment", std::string("cic")},
                                     {"interlace", std::int64_t{1}}};
  table.group_attributes["voids/catalogue"] = {};
  table.arrays["power/k"] = {
      {4}, std::vector<double>{0.1, 0.2, 0.3, 1e-300}, "h/Mpc", "mean wavenumber"};
  table.arrays["power/modes"] = {
      {2, 2}, std::vector<std::int64_t>{1, -2, 3, 1LL << 60}, "", "modes per bin"};
  table.arrays["voids/counts"] = {{1}, std::vector<std::uint64_t>{~0ULL}, "", "number"};
  table.arrays["weights/conv.0"] = {
      {1, 2, 3}, std::vector<float>{0, 1, -2, 3, 4e-30F, 5}, "", "filter"};
  table.arrays["none"] = {{0, 3}, std::vector<float>{}, "Mpc/h", "no rows"};
  table.arrays["scalar"] = {{}, std::vector<double>{2.5}, "", "one number"};
  return table;
}

void expect_equal(const io::TableFile& read, const io::TableFile& written) {
  EXPECT_EQ(read.attributes, written.attributes);
  EXPECT_EQ(read.group_attributes.at("power"), written.group_attributes.at("power"));
  ASSERT_EQ(read.arrays.size(), written.arrays.size());
  for (const auto& [path, array] : written.arrays) {
    EXPECT_EQ(read.arrays.at(path).shape, array.shape) << path;
    EXPECT_TRUE(same_bits(read.arrays.at(path).values, array.values)) << path;
    EXPECT_EQ(read.arrays.at(path).units, array.units) << path;
    EXPECT_EQ(read.arrays.at(path).description, array.description) << path;
  }
}

TEST(TableFile, every_type_shape_and_attribute_comes_back_on_all_ranks) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::write_table_file(world, directory / "table.h5", example_table());
  expect_equal(io::read_table_file(world, directory / "table.h5", "nubox-stats"), example_table());
  EXPECT_EQ(directory.entries(), 1u);
}

TEST(TableFile, the_same_table_gives_the_same_bytes) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::write_table_file(world, directory / "a.h5", example_table());
  io::write_table_file(world, directory / "b.h5", example_table());
  EXPECT_TRUE(contents_of(directory / "a.h5") == contents_of(directory / "b.h5"));
}

TEST(TableFile, values_that_do_not_fill_the_shape_are_our_own_mistake) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::TableFile table = example_table();
  table.arrays["power/k"].shape = {5};
  const auto error = error_of([&] { io::write_table_file(world, directory / "table.h5", table); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::internal);
  EXPECT_EQ(directory.entries(), 0u);
}

void expect_refused(const par::Comm& comm, const std::filesystem::path& path,
                    const std::string& format, ExitCode code, const std::string& part) {
  const auto error = error_of([&] { (void)io::read_table_file(comm, path, format); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), code) << error->what();
  EXPECT_TRUE(error->agreed());
  EXPECT_NE(std::string(error->what()).find(part), std::string::npos) << error->what();
}

TEST(TableFile, foreign_truncated_and_newer_files_have_their_own_messages) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::TableFile newer = example_table();
  newer.version = 9;
  io::write_table_file(world, directory / "good.h5", example_table());
  io::write_table_file(world, directory / "newer.h5", newer);
  if (world.is_root()) {
    const std::string good = contents_of(directory / "good.h5");
    overwrite(directory / "less.h5", good.substr(0, good.size() - 1));
    overwrite(directory / "short.h5", good.substr(0, 100));
    // Without the block in front, as other programs write HDF5, and cut short.
    overwrite(directory / "bare.h5", good.substr(512, good.size() - 512 - 1));
    overwrite(directory / "text.h5", "text");
  }
  world.barrier();
  expect_refused(world, directory / "absent.h5", "nubox-stats", ExitCode::filesystem,
                 "No such file");
  expect_refused(world, directory / "text.h5", "nubox-stats", ExitCode::input, "no HDF5 file");
  expect_refused(world, directory / "less.h5", "nubox-stats", ExitCode::input, "is damaged");
  expect_refused(world, directory / "short.h5", "nubox-stats", ExitCode::input, "is damaged");
  expect_refused(world, directory / "bare.h5", "nubox-stats", ExitCode::input,
                 "damaged or truncated");
  expect_refused(world, directory / "good.h5", "nubox-model", ExitCode::input,
                 "is a 'nubox-stats' file, not 'nubox-model'");
  expect_refused(world, directory / "newer.h5", "nubox-stats", ExitCode::input, "version 9");
}

}  // namespace
}  // namespace nubox::test
