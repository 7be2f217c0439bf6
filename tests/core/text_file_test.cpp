#include "nubox/core/text_file.hpp"

#include "nubox/core/error.hpp"

#include <filesystem>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

namespace nubox::text_file {
namespace {

namespace fs = std::filesystem;

class TextFile : public testing::Test {
 protected:
  TextFile() { fs::create_directories(directory_); }
  ~TextFile() override { fs::remove_all(directory_); }
  const fs::path directory_ =
      fs::temp_directory_path() / ("nubox-text-file-" + std::to_string(::getpid()));
};

TEST_F(TextFile, what_is_written_is_read_and_replaces_a_longer_text) {
  const auto path = directory_ / "text";
  write(path, "a longer text\n");
  write(path, "short");
  EXPECT_EQ(read(path), "short");
  EXPECT_EQ(find(path), "short");
  write(path, "");
  EXPECT_EQ(read(path), "");
}

TEST_F(TextFile, files_of_the_system_without_a_size_are_read) {
  EXPECT_NE(read("/proc/self/status").find("VmRSS"), std::string::npos);
}

TEST_F(TextFile, a_missing_file_and_a_directory_are_not_found_and_cannot_be_read) {
  for (const fs::path& path : {directory_ / "absent", directory_}) {
    EXPECT_EQ(find(path), std::nullopt) << path;
    EXPECT_THROW((void)read(path), FileSystemError) << path;
  }
  EXPECT_THROW(write(directory_, ""), FileSystemError);
  EXPECT_THROW(write(directory_ / "absent/below", ""), FileSystemError);
}

TEST_F(TextFile, appended_lines_are_in_the_file_at_once) {
  Lines lines(directory_ / "log", "kept\n");
  lines.append("first");
  EXPECT_EQ(read(directory_ / "log"), "kept\nfirst\n");
  lines.append("second");
  EXPECT_EQ(read(directory_ / "log"), "kept\nfirst\nsecond\n");
}

TEST_F(TextFile, a_full_disk_is_an_error_of_the_line_that_does_not_fit) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  Lines lines("/dev/full");
  EXPECT_THROW(lines.append("text"), FileSystemError);
}

}  // namespace
}  // namespace nubox::text_file
