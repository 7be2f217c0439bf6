#include "nubox/core/error.hpp"
#include "nubox/core/log.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/core/memory_limit.hpp"
#include "nubox/par/agree.hpp"
#include "nubox/par/memory_limits.hpp"

#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace nubox::par {
namespace {

TEST(RequireMemory, refuses_on_all_ranks_what_does_not_fit_and_names_the_missing_memory) {
  const Comm world = Comm::world();
  require_memory(world, 1 << 20, "a small box");
  // Each rank alone would fit, all together do not.
  const std::uint64_t share =
      2 * memory::available_bytes() / static_cast<std::uint64_t>(world.size());
  try {
    require_memory(world, share, "a large box");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ExitCode::usage);
    EXPECT_TRUE(error.agreed());
    EXPECT_NE(std::string(error.what()).find("a large box needs"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("are missing"), std::string::npos);
  }
}

TEST(RequireMemory, the_limit_of_a_process_refuses_and_one_that_only_just_suffices_warns) {
  const Comm world = Comm::world();
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_DATA, &before), 0);
  if (before.rlim_cur != RLIM_INFINITY) GTEST_SKIP() << "the data segment is limited already";
  rlimit limited = before;
  limited.rlim_cur = std::uint64_t{1} << 30;
  ASSERT_EQ(setrlimit(RLIMIT_DATA, &limited), 0);
  std::string refusal, warning;
  try {
    // Far below the memory of the machine.
    require_memory(world, std::uint64_t{1} << 30, "a box");
  } catch (const Error& error) {
    refusal = error.what();
  }
  const log::GroupScope audible("test");
  testing::internal::CaptureStderr();
  require_memory(world, memory::own_limit()->left_bytes / 100 * 95, "another box");
  warning = testing::internal::GetCapturedStderr();
  ASSERT_EQ(setrlimit(RLIMIT_DATA, &before), 0);
  EXPECT_NE(refusal.find("a box needs 1 GiB on this rank"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("(ulimit -d, data)"), std::string::npos) << refusal;
  EXPECT_NE(warning.find("another box needs"), std::string::npos) << warning;
  EXPECT_NE(warning.find("ulimit -d"), std::string::npos) << warning;
}

TEST(CurrentError, allocations_that_fail_in_any_library_are_usage_errors_with_the_size_if_known) {
  const auto code_of = [](const std::function<void()>& work) {
    try {
      work();
    } catch (...) {
      return current_error();
    }
    return Error(ExitCode::ok, "");
  };
  EXPECT_EQ(code_of([] { throw std::bad_alloc(); }).code(), ExitCode::usage);
  const Error of_torch = code_of([] {
    throw std::runtime_error(
        "DefaultCPUAllocator: can't allocate memory: you tried to allocate 123456789 "
        "bytes.\nframe");
  });
  EXPECT_EQ(of_torch.code(), ExitCode::usage);
  EXPECT_NE(std::string(of_torch.what()).find("123456789 bytes"), std::string::npos);
  EXPECT_EQ(std::string(of_torch.what()).find("frame"), std::string::npos);
  EXPECT_EQ(code_of([] { throw std::runtime_error("a defect"); }).code(), ExitCode::internal);
}

}  // namespace
}  // namespace nubox::par
