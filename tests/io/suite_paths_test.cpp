#include "nubox/io/suite_paths.hpp"

#include "nubox/core/error.hpp"
#include "nubox/io/sampled_checksum.hpp"

#include "support/files.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

TEST(SuitePaths, directories_are_those_below_the_deepest_that_holds_all_inputs) {
  EXPECT_EQ(relative_directories({"a/b/1/x", "a/b/2/c/x", "a/b/x"}), (Paths{"1", "2/c", "."}));
  EXPECT_EQ(relative_directories({"a/b/x"}), Paths{"."});
  EXPECT_EQ(relative_directories({"a/bc/x", "a/bd/x"}), (Paths{"bc", "bd"}));
  EXPECT_EQ(relative_directories({"/a/x", "/b/../a/c/y"}), (Paths{".", "c"}));
  EXPECT_TRUE(relative_directories({}).empty());
}

TEST(SuitePaths, an_input_may_not_be_named_twice) {
  EXPECT_NO_THROW(require_distinct({"a/x", "b/x"}, "predict.in"));
  const auto error = test::error_of([] { require_distinct({"a/x", "a/./x"}, "predict.in"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::usage);
  EXPECT_STREQ(error->what(), "predict.in names a/./x twice");
}

class SampledChecksum : public testing::Test {
 protected:
  SampledChecksum() { test::overwrite(file_, contents_); }
  ~SampledChecksum() override { fs::remove(file_); }
  [[nodiscard]] std::string of(const std::string& contents) const {
    test::overwrite(file_, contents);
    return sampled_checksum({file_});
  }
  const fs::path file_ =
      fs::temp_directory_path() / ("nubox-sampled-" + std::to_string(::getpid()));
  const std::string contents_ = std::string(3000000, 'a') + "the end";
};

TEST_F(SampledChecksum, tells_sizes_and_both_ends_of_large_files_apart) {
  const std::string whole = sampled_checksum({file_});
  EXPECT_EQ(whole.size(), 16u);
  EXPECT_EQ(of(contents_), whole);
  EXPECT_NE(of(contents_ + "x"), whole);
  EXPECT_NE(of(contents_.substr(1)), whole);
  EXPECT_NE(of("b" + contents_.substr(1)), whole);
  EXPECT_NE(of(contents_.substr(0, contents_.size() - 1) + "D"), whole);
}

TEST_F(SampledChecksum, reads_all_of_small_files) {
  const std::string small(20000, 'a');
  const std::string whole = of(small);
  for (const std::size_t changed :
       {std::size_t{0}, std::size_t{4096}, std::size_t{10001}, small.size() - 1}) {
    std::string other = small;
    other[changed] = 'b';
    EXPECT_NE(of(other), whole) << changed;
  }
  EXPECT_NE(of(""), whole);
}

TEST_F(SampledChecksum, depends_on_the_order_of_files_and_not_on_their_names) {
  const fs::path copy = file_.string() + "-copy", other = file_.string() + "-other";
  fs::copy_file(file_, copy, fs::copy_options::overwrite_existing);
  test::overwrite(other, "other");
  EXPECT_EQ(sampled_checksum({copy}), sampled_checksum({file_}));
  EXPECT_NE(sampled_checksum({file_, other}), sampled_checksum({other, file_}));
  fs::remove(copy);
  fs::remove(other);
  EXPECT_THROW((void)sampled_checksum({copy}), FileSystemError);
}

}  // namespace
}  // namespace nubox::io
