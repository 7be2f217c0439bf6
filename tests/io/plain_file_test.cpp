#include "nubox/io/plain_file.hpp"

#include "nubox/core/error.hpp"

#include "io/io_test_support.hpp"

#include <fcntl.h>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

class PlainFiles : public testing::Test {
 protected:
  /// Expects a FileSystemError that says what could not be done with which file.
  void expect_failure(const char* what, const std::function<void()>& work) const {
    const auto error = error_of(work);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->code(), ExitCode::filesystem);
    const std::string text = error->what();
    EXPECT_NE(text.find(std::string("cannot ") + what), std::string::npos) << text;
    EXPECT_NE(text.find(path_.string()), std::string::npos) << text;
  }

  par::Comm self_ = par::Comm::self();
  TemporaryDirectory directory_{self_};
  std::filesystem::path path_ = directory_ / "file";
};

TEST_F(PlainFiles, hold_what_was_written) {
  // Of a length that no buffer divides.
  std::string written(3'000'001, ' ');
  for (std::size_t i = 0; i < written.size(); ++i) written[i] = static_cast<char>(i % 251);
  io::PlainFile(path_, O_CREAT | O_WRONLY | O_TRUNC).write(std::as_bytes(std::span(written)));
  EXPECT_TRUE(contents_of(path_) == written);
  std::string read(written.size(), ' ');
  io::PlainFile file(path_, O_RDONLY);
  file.read(std::as_writable_bytes(std::span(read)));
  EXPECT_TRUE(read == written);
}

TEST_F(PlainFiles, are_passed_over_from_an_offset_to_where_the_next_read_begins) {
  std::string written(2'500'000, 'a');
  written.back() = 'z';
  overwrite(path_, written);
  io::PlainFile file(path_, O_RDONLY);
  file.pass_over(100, written.size() - 101);
  char last = ' ';
  file.read(std::as_writable_bytes(std::span(&last, 1)));
  EXPECT_EQ(last, 'z');
}

TEST_F(PlainFiles, that_are_missing_or_too_short_are_errors_with_their_name) {
  expect_failure("open", [&] { io::PlainFile(path_, O_RDONLY); });
  overwrite(path_, "four");
  std::string five(5, ' ');
  expect_failure("read", [&] {
    io::PlainFile(path_, O_RDONLY).read(std::as_writable_bytes(std::span(five)));
  });
  expect_failure("read", [&] { io::PlainFile(path_, O_RDONLY).pass_over(2, 3); });
}

TEST_F(PlainFiles, that_cannot_be_written_are_errors_with_their_name) {
  overwrite(path_, "");
  expect_failure("write",
                 [&] { io::PlainFile(path_, O_RDONLY).write(std::as_bytes(std::span("bytes"))); });
}

}  // namespace
}  // namespace nubox::test
