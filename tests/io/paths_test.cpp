#include "nubox/io/paths.hpp"

#include "nubox/core/error.hpp"

#include <fstream>

#include <gtest/gtest.h>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

class Paths : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::temp_directory_path() /
                 ("nubox_paths_" +
                  std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
    fs::remove_all(directory_);
    fs::create_directories(directory_);
    for (const char* name : {"box-2.h5", "box-1.h5", "other.txt"}) {
      std::ofstream(directory_ / name) << name;
    }
  }
  void TearDown() override { fs::remove_all(directory_); }

  fs::path directory_;
};

TEST_F(Paths, a_pattern_gives_its_matches_in_sorted_order) {
  const std::vector<fs::path> expected{directory_ / "box-1.h5", directory_ / "box-2.h5"};
  EXPECT_EQ(matching_paths((directory_ / "box-?.h5").string(), "data.pairs"), expected);
  EXPECT_EQ(matching_paths((directory_ / "box-[12].h5").string(), "data.pairs"), expected);
}

TEST_F(Paths, a_pattern_without_matches_is_an_input_error_that_names_the_option) {
  try {
    (void)matching_paths((directory_ / "none-*").string(), "data.pairs");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("data.pairs: nothing matches"), std::string::npos)
        << error.what();
  }
}

TEST_F(Paths, names_without_wildcards_are_kept_in_order_even_if_no_such_file_exists) {
  const auto paths = expand_paths(
      "missing.h5, " + (directory_ / "box-*").string() + "," + (directory_ / "other.txt").string(),
      "stats.in");
  const std::vector<fs::path> expected{"missing.h5", directory_ / "box-1.h5",
                                       directory_ / "box-2.h5", directory_ / "other.txt"};
  EXPECT_EQ(paths, expected);
}

TEST_F(Paths, names_with_brackets_commas_hashes_and_blanks_are_found_as_they_are) {
  for (const char* name : {"run[1]", "a,b", "x#1", "y;2", "of mine", "c, d", "[12]"}) {
    const fs::path directory = directory_ / name;
    fs::create_directories(directory);
    const fs::path file = directory / "box.h5";
    std::ofstream(file) << name;
    const fs::path other = directory_ / "other.txt";
    const std::vector<fs::path> one{file}, two{file, other}, reversed{other, file};
    EXPECT_EQ(expand_paths(file.string(), "stats.in"), one);
    EXPECT_EQ(expand_paths(file.string() + "," + other.string(), "stats.in"), two);
    EXPECT_EQ(expand_paths(other.string() + ", " + file.string(), "stats.in"), reversed);
    EXPECT_EQ(expand_paths('"' + file.string() + "\"," + other.string(), "stats.in"), two);
    EXPECT_EQ(expand_paths((directory / "b*.h5").string(), "stats.in"), one) << name;
    // Snapshots are named without their suffix, so that no such file exists.
    const std::vector<fs::path> snapshot{directory / "snap_000"};
    EXPECT_EQ(expand_paths((directory / "snap_000").string(), "stats.in"), snapshot);
  }
}

TEST_F(Paths, what_does_not_exist_is_split_at_its_commas) {
  const std::vector<fs::path> expected{"a", "b/snap_000", "c,d"};
  EXPECT_EQ(expand_paths("a,b/snap_000,\"c,d\"", "stats.in"), expected);
  EXPECT_TRUE(expand_paths("", "stats.in").empty());
}

TEST(Wildcards, are_star_question_mark_and_bracket) {
  EXPECT_TRUE(has_wildcards("a*"));
  EXPECT_TRUE(has_wildcards("a?b"));
  EXPECT_TRUE(has_wildcards("[ab]"));
  EXPECT_FALSE(has_wildcards("pair-1/mnu-0.000.h5"));
}

}  // namespace
}  // namespace nubox::io
