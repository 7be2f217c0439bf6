#include "nubox/train/pair_list.hpp"

#include "nubox/core/error.hpp"

#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::train {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

Names names_of(const std::vector<Realisation>& realisations) {
  Names names;
  for (const Realisation& realisation : realisations) names.push_back(realisation.name);
  return names;
}

class PairList : public testing::Test {
 protected:
  /// A directory with files of these names, each of which holds its own name.
  void make(const std::string& pair, const Names& files) const {
    fs::create_directories(directory_ / pair);
    for (const std::string& file : files) test::overwrite(directory_ / pair / file, pair + file);
  }
  void make_pairs(const std::string& stem, int count) const {
    for (int i = 0; i < count; ++i) {
      make(stem + std::to_string(i), {"mnu-0.000.h5", "mnu-0.150.h5"});
    }
  }
  [[nodiscard]] std::string pattern(const std::string& name) const {
    return (directory_ / name).string();
  }

  const par::Comm self_ = par::Comm::self();
  const test::TemporaryDirectory directory_{self_};
};

TEST_F(PairList, massive_boxes_of_a_directory_are_listed_in_order_and_other_files_ignored) {
  make("pair-1", {"mnu-0.600.h5", "mnu-0.000.h5", "mnu-0.150.h5", "power.txt", "mnu-0.3.h5.tmp"});
  const PairSplit split = split_pairs({pattern("pair-1")}, {1, 0, 0});
  ASSERT_EQ(split.training.size(), 1U);
  const Realisation& pair = split.training.front();
  EXPECT_EQ(pair.name, "pair-1");
  EXPECT_EQ(pair.massless, directory_ / "pair-1" / "mnu-0.000.h5");
  EXPECT_EQ(pair.massive, (std::vector<fs::path>{directory_ / "pair-1" / "mnu-0.150.h5",
                                                 directory_ / "pair-1" / "mnu-0.600.h5"}));
  EXPECT_EQ(pair_count(split.training), 2U);
}

TEST_F(PairList, fractions_cut_the_matches_of_each_wildcard_on_their_own) {
  make_pairs("a-", 4);
  make_pairs("b-", 2);
  const PairSplit split = split_pairs({pattern("a-*"), pattern("b-*")}, {0.5, 0.25, 0.25});
  EXPECT_EQ(names_of(split.training), (Names{"a-0", "a-1", "b-0"}));
  EXPECT_EQ(names_of(split.validation), (Names{"a-2", "b-1"}));
  EXPECT_EQ(names_of(split.test), (Names{"a-3"}));
}

TEST_F(PairList, directories_without_wildcards_are_cut_together) {
  make_pairs("a-", 2);
  const PairSplit split = split_pairs({pattern("a-1"), pattern("a-0")}, {0.5, 0.5, 0});
  EXPECT_EQ(names_of(split.training), Names{"a-1"});
  EXPECT_EQ(names_of(split.validation), Names{"a-0"});
  EXPECT_TRUE(split.test.empty());
}

TEST_F(PairList, files_of_training_and_validation_are_read_and_those_of_tests_are_not) {
  make_pairs("a-", 3);
  const PairSplit split = split_pairs({pattern("a-*")}, {0.34, 0.33, 0.33});
  const std::vector<fs::path> expected{
      directory_ / "a-0" / "mnu-0.000.h5", directory_ / "a-0" / "mnu-0.150.h5",
      directory_ / "a-1" / "mnu-0.000.h5", directory_ / "a-1" / "mnu-0.150.h5"};
  EXPECT_EQ(input_files(split), expected);
}

TEST_F(PairList, requests_that_leave_nothing_to_train_on_or_contradict_themselves_are_refused) {
  make_pairs("a-", 2);
  const auto code = [&](const Names& patterns, const std::vector<double>& fractions) {
    const auto error = test::error_of([&] { (void)split_pairs(patterns, fractions); });
    return error ? error->code() : ExitCode::ok;
  };
  EXPECT_EQ(code({}, {1, 0, 0}), ExitCode::usage);
  EXPECT_EQ(code({pattern("a-*")}, {0.7, 0.2}), ExitCode::usage);
  EXPECT_EQ(code({pattern("a-*")}, {0.7, 0.2, 0.2}), ExitCode::usage);
  EXPECT_EQ(code({pattern("a-*")}, {0, 1, 0}), ExitCode::usage);
  EXPECT_EQ(code({pattern("a-*"), pattern("a-0")}, {1, 0, 0}), ExitCode::usage);
  EXPECT_EQ(code({pattern("c-*")}, {1, 0, 0}), ExitCode::input);
  EXPECT_EQ(code({pattern("a-9")}, {1, 0, 0}), ExitCode::input);
  EXPECT_EQ(code({pattern("a-*")}, {1, 0, 0}), ExitCode::ok);
}

TEST_F(PairList, a_directory_without_a_massless_or_a_massive_box_is_refused) {
  make("no-massive", {"mnu-0.000.h5"});
  make("no-massless", {"mnu-0.150.h5"});
  for (const std::string name : {"no-massive", "no-massless"}) {
    const auto error = test::error_of([&] { (void)split_pairs({pattern(name)}, {1, 0, 0}); });
    ASSERT_TRUE(error) << name;
    EXPECT_EQ(error->code(), ExitCode::input) << name;
    EXPECT_NE(std::string(error->what()).find(name), std::string::npos) << error->what();
  }
}

TEST_F(PairList, the_manifest_depends_on_contents_and_order_but_not_on_the_directory) {
  make_pairs("a-", 2);
  const auto manifest_of = [&](std::vector<fs::path> files) {
    return manifest(files, io::digest_inputs(self_, files));
  };
  const fs::path first = directory_ / "a-0" / "mnu-0.000.h5",
                 second = directory_ / "a-1" / "mnu-0.000.h5";
  const std::string before = manifest_of({first, second});
  EXPECT_EQ(manifest_of({first, second}), before);
  EXPECT_NE(manifest_of({second, first}), before);
  EXPECT_NE(manifest_of({first}), before);
  fs::create_directories(directory_ / "moved");
  fs::copy_file(first, directory_ / "moved" / "mnu-0.000.h5");
  EXPECT_EQ(manifest_of({directory_ / "moved" / "mnu-0.000.h5", second}), before);
  test::overwrite(first, "other contents");
  EXPECT_NE(manifest_of({first, second}), before);
}

}  // namespace
}  // namespace nubox::train
