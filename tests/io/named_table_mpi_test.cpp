#include "nubox/io/hdf5.hpp"
#include "nubox/io/named_table.hpp"
#include "nubox/par/agree.hpp"

#include "io/io_test_support.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

namespace fs = std::filesystem;

/// A table as another program would write it: without the checksum block, with objects and links of
/// its own. Collective.
fs::path foreign_table(const par::Comm& comm, const TemporaryDirectory& directory) {
  io::TableFile table;
  table.format = "nubox-model";
  table.attributes["channels"] = std::int64_t{4};
  table.group_attributes["metrics"] = {{"loss", 0.5}};
  table.arrays["masses"] = {{2}, std::vector<double>{0.1, 0.3}, "eV", "masses"};
  table.arrays["weights/a"] = {{1}, std::vector<float>{2}, "", "a weight"};
  io::write_table_file(comm, directory / "own.h5", table);
  const fs::path path = directory / "foreign.h5";
  par::agree(comm, [&] {
    if (!comm.is_root()) return;
    constexpr std::size_t checksum_block = 512;
    const std::string bytes = contents_of(directory / "own.h5");
    std::ofstream(path, std::ios::binary) << bytes.substr(checksum_block);
    const io::hdf5::File file = io::hdf5::open_file(path, io::hdf5::Access::write);
    const io::hdf5::Space scalar(H5Screate(H5S_SCALAR), "space");
    const io::hdf5::Dataset note(H5Dcreate2(file.id(), "weights/note", H5T_NATIVE_USHORT,
                                            scalar.id(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT),
                                 "make a dataset of a type that tables do not have");
    const hid_t f = file.id();
    io::hdf5::check(H5Lcreate_soft("/nowhere", f, "dangling", H5P_DEFAULT, H5P_DEFAULT), "link");
    io::hdf5::check(H5Lcreate_soft("/masses", f, "alias", H5P_DEFAULT, H5P_DEFAULT), "link");
    io::hdf5::check(H5Lcreate_external("elsewhere.h5", "/", f, "outside", H5P_DEFAULT, H5P_DEFAULT),
                    "link");
    io::hdf5::check(H5Lcreate_hard(f, "/", f, "metrics/root", H5P_DEFAULT, H5P_DEFAULT), "link");
  });
  return path;
}

io::NamedTable read(const par::Comm& comm, const fs::path& path, std::vector<std::string> names) {
  return io::read_named_table(comm, path, "nubox-model",
                              [&](const io::Attributes& root) -> std::vector<std::string> {
                                EXPECT_EQ(root.at("channels"), io::AttributeValue(std::int64_t{4}));
                                return names;
                              });
}

TEST(NamedTable, named_objects_are_read_and_all_others_are_left_alone) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const fs::path path = foreign_table(world, directory);
  const io::NamedTable found =
      read(world, path, {"masses", "metrics/", "weights/a", "weights/missing", "no/group"});
  EXPECT_EQ(io::column<double>(found.table, "masses"), (std::vector<double>{0.1, 0.3}));
  EXPECT_EQ(io::column<float>(found.table, "weights/a"), std::vector<float>{2});
  EXPECT_EQ(found.table.arrays.size(), 2u);
  EXPECT_EQ(found.table.group_attributes.at("metrics").at("loss"), io::AttributeValue(0.5));
  EXPECT_EQ(found.ignored,
            (std::vector<std::string>{"alias", "dangling", "outside", "weights/note"}));
}

TEST(NamedTable, a_name_that_is_a_link_or_of_another_kind_is_refused) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const fs::path path = foreign_table(world, directory);
  for (const auto& [name, text] : std::vector<std::pair<std::string, std::string>>{
           {"alias", "soft or external link"},
           {"outside", "soft or external link"},
           {"outside/masses", "soft or external link"},
           {"metrics", "is no dataset"},
           {"masses/", "is no group"},
           {"weights/note", "attributes have checksum"}}) {
    try {
      (void)read(world, path, {name});
      ADD_FAILURE() << name << " was read";
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ExitCode::input) << error.what();
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  }
}

}  // namespace
}  // namespace nubox::test
