#include "nubox/io/mapped_memory.hpp"

#include "nubox/core/error.hpp"

#include <csignal>
#include <filesystem>
#include <numeric>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::io {
namespace {

namespace fs = std::filesystem;

class Mapped : public testing::Test {
 protected:
  void SetUp() override { fs::remove_all(directory_); }
  void TearDown() override { fs::remove_all(directory_); }
  fs::path directory_ = fs::temp_directory_path() / ("nubox-mapped-" + std::to_string(::getpid()));
};

TEST_F(Mapped, vectors_keep_what_is_written_and_no_file_shows) {
  MappedMemory memory(directory_ / "new" / "place");
  std::pmr::vector<float> values(100000, &memory), none(&memory);
  std::iota(values.begin(), values.end(), 0.0F);
  const std::pmr::vector<float> moved = std::move(values), copy(moved);
  EXPECT_EQ(moved.get_allocator().resource(), &memory);
  EXPECT_EQ(copy, moved);
  EXPECT_EQ(moved[99999], 99999.0F);
  EXPECT_TRUE(fs::is_empty(directory_ / "new" / "place"));
}

TEST_F(Mapped, space_that_is_not_there_is_a_file_system_error_when_it_is_asked_for) {
  MappedMemory memory(directory_);
  rlimit before{};
  ::getrlimit(RLIMIT_FSIZE, &before);
  rlimit small = before;
  small.rlim_cur = 4096;
  std::signal(SIGXFSZ, SIG_IGN);
  ::setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(std::pmr::vector<float>(100000, &memory), FileSystemError);
  ::setrlimit(RLIMIT_FSIZE, &before);
  EXPECT_THROW(MappedMemory("/proc/nubox"), FileSystemError);
}

}  // namespace
}  // namespace nubox::io
