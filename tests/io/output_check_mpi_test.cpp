#include "nubox/io/field_header.hpp"
#include "nubox/io/output_check.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/io/table_file.hpp"

#include "io/io_test_support.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

namespace fs = std::filesystem;

class OutputCheck : public testing::Test {
 protected:
  void write_field(const fs::path& path, const std::string& origin = "simulate") {
    const par::SlabLayout layout(world_, 4);
    io::FieldHeader header = example_header(4);
    header.origin = origin;
    const std::vector<float> values = example_slab(layout);
    const std::vector<io::FieldDataset> datasets{{"displacement", values}};
    io::write_field_file(layout, path, header, datasets).finish();
  }
  void write_table(const fs::path& path) {
    io::TableFile table;
    table.format = "nubox-stats";
    io::write_table_file(world_, path, table);
  }
  void write_text(const fs::path& path, const std::string& text) {
    if (world_.is_root()) overwrite(path, text);
    world_.barrier();
  }
  /// The error of publishing over `path`, which must leave its contents alone.
  std::optional<Error> error_of_replacing(const fs::path& path, const io::OutputKind& kind) {
    const std::string before = contents_of(path);
    world_.barrier();
    auto error = error_of([&] { io::publish_text(world_, path, kind, "new"); });
    if (error) {
      EXPECT_EQ(contents_of(path), before);
    }
    world_.barrier();
    return error;
  }
  std::optional<Error> error_of_check(const fs::path& output, const std::vector<fs::path>& inputs,
                                      std::uint64_t bytes = 0) {
    const std::vector<io::PlannedFile> outputs{{output, stats_, bytes}};
    return error_of([&] { io::check_outputs(world_, outputs, inputs); });
  }

  par::Comm world_ = par::Comm::world();
  TemporaryDirectory directory_{world_};
  const io::OutputKind imported_ = io::field_kind("import"),
                       simulated_ = io::field_kind("simulate"),
                       stats_ = io::table_kind("nubox-stats");
};

TEST_F(OutputCheck, a_file_is_replaced_by_its_own_kind_alone) {
  write_field(directory_ / "box.h5");
  write_table(directory_ / "stats.h5");
  write_text(directory_ / "thesis.tex", "years of work");
  write_text(directory_ / "empty", "");
  for (const char* name : {"box.h5", "thesis.tex", "empty"}) {
    const auto error = error_of_replacing(directory_ / name, stats_);
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code(), ExitCode::filesystem);
    EXPECT_NE(std::string(error->what()).find("not replaced"), std::string::npos) << error->what();
  }
  EXPECT_TRUE(error_of_replacing(directory_ / "stats.h5", simulated_));
  EXPECT_FALSE(error_of_replacing(directory_ / "stats.h5", stats_));
}

TEST_F(OutputCheck, an_imported_box_does_not_replace_a_simulated_one) {
  write_field(directory_ / "box.h5");
  const auto error = error_of_replacing(directory_ / "box.h5", imported_);
  ASSERT_TRUE(error);
  EXPECT_NE(std::string(error->what()).find("'simulate'"), std::string::npos) << error->what();
  EXPECT_FALSE(error_of_replacing(directory_ / "box.h5", simulated_));
}

TEST_F(OutputCheck, a_damaged_older_version_is_replaced) {
  write_field(directory_ / "box.h5");
  if (world_.is_root()) fs::resize_file(directory_ / "box.h5", 1500);
  world_.barrier();
  EXPECT_FALSE(error_of_replacing(directory_ / "box.h5", simulated_));

  write_table(directory_ / "stats.h5");
  if (world_.is_root()) fs::resize_file(directory_ / "stats.h5", 600);
  world_.barrier();
  EXPECT_TRUE(error_of_replacing(directory_ / "stats.h5", simulated_));
  EXPECT_FALSE(error_of_replacing(directory_ / "stats.h5", stats_));
}

TEST_F(OutputCheck, a_table_of_another_format_is_left_alone) {
  write_table(directory_ / "stats.h5");
  EXPECT_TRUE(error_of_replacing(directory_ / "stats.h5", io::table_kind("nubox-model")));
}

TEST_F(OutputCheck, a_link_keeps_leading_to_the_output) {
  if (world_.is_root()) fs::create_directory(directory_ / "disk");
  world_.barrier();
  write_table(directory_ / "disk/stats.h5");
  if (world_.is_root()) fs::create_symlink(directory_ / "disk/stats.h5", directory_ / "link.h5");
  world_.barrier();
  EXPECT_FALSE(error_of_replacing(directory_ / "link.h5", stats_));
  EXPECT_TRUE(fs::is_symlink(directory_ / "link.h5"));
  EXPECT_EQ(contents_of(directory_ / "disk/stats.h5"), "new");
}

TEST_F(OutputCheck, an_output_is_no_input_under_any_name) {
  write_table(directory_ / "in.h5");
  if (world_.is_root()) {
    fs::create_symlink(directory_ / "in.h5", directory_ / "symbolic.h5");
    fs::create_hard_link(directory_ / "in.h5", directory_ / "hard.h5");
    fs::create_directory(directory_ / "sub");
  }
  world_.barrier();
  for (const char* name : {"in.h5", "./in.h5", "sub/../in.h5", "symbolic.h5", "hard.h5"}) {
    const auto error = error_of_check(directory_ / name, {directory_ / "in.h5"});
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code(), ExitCode::usage) << error->what();
    EXPECT_TRUE(error->agreed());
  }
  EXPECT_FALSE(error_of_check(directory_ / "out.h5", {directory_ / "in.h5"}));
}

TEST_F(OutputCheck, what_cannot_be_written_is_found_before_the_work) {
  write_text(directory_ / "file", "no directory");
  if (world_.is_root()) fs::create_directory(directory_ / "taken.h5");
  world_.barrier();
  const auto expect_refused = [&](const fs::path& path, std::uint64_t bytes, const char* reason) {
    const auto error = error_of_check(path, {}, bytes);
    ASSERT_TRUE(error) << path;
    EXPECT_EQ(error->code(), ExitCode::filesystem);
    EXPECT_NE(std::string(error->what()).find(reason), std::string::npos) << error->what();
  };
  expect_refused(directory_ / "file/out.h5", 0, "is no directory");
  expect_refused(directory_ / "taken.h5", 0, "a directory has that name");
  expect_refused(directory_ / "huge.h5", std::uint64_t{1} << 60, "left");
  // Directories that do not exist yet are made later; nothing is made by the check.
  EXPECT_FALSE(error_of_check(directory_ / "new/below/out.h5", {}, 1));
  EXPECT_FALSE(fs::exists(directory_ / "new"));
}

}  // namespace
}  // namespace nubox::test
