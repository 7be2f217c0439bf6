#include "nubox/core/memory.hpp"

#include "nubox/core/log.hpp"
#include "nubox/core/memory_limit.hpp"

#include "support/sanitizers.hpp"

#include <string>
#include <sys/resource.h>
#include <vector>

#include <gtest/gtest.h>

namespace nubox::memory {
namespace {

TEST(Memory, peak_of_a_task_is_the_memory_it_touched) {
  if (test::address_sanitizer) GTEST_SKIP() << "it keeps freed memory";
  reset_peak_rss();
  const std::uint64_t before = rss_bytes();
  constexpr std::uint64_t bytes = std::uint64_t{64} << 20;
  { const std::vector<char> work(bytes, 1); }
  // Pages of the allocator and of the test itself: well below 4 MiB.
  EXPECT_NEAR(static_cast<double>(peak_rss_bytes() - before), bytes, 4 << 20);
  EXPECT_LT(rss_bytes(), before + (bytes / 2));
}

TEST(Memory, freed_arrays_return_to_the_system_while_later_ones_exist) {
  if (test::address_sanitizer) GTEST_SKIP() << "it keeps freed memory";
  release_freed_arrays();
  constexpr std::size_t bytes = std::size_t{8} << 20;
  // After an array with a mapping of its own is freed, glibc would keep later ones of its size.
  { const std::vector<char> mapped(2 * bytes, 1); }
  std::vector<std::vector<char>> arrays(4, std::vector<char>(bytes, 1));
  const std::uint64_t before = rss_bytes();
  arrays.erase(arrays.begin(), arrays.end() - 1);
  EXPECT_NEAR(static_cast<double>(before - rss_bytes()), 3 * bytes, 1 << 20);
}

TEST(Memory, freed_arrays_are_reused_during_retention) {
  if (test::address_sanitizer) GTEST_SKIP() << "it keeps freed memory";
  constexpr std::uint64_t bytes = std::uint64_t{64} << 20;
  const std::uint64_t before = rss_bytes();
  {
    const HeapRetention kept;
    const char* first = nullptr;
    for (int turn = 0; turn < 3; ++turn) {
      const std::vector<char> array(bytes, 1);
      if (turn > 0) {
        EXPECT_EQ(array.data(), first);
      }
      first = array.data();
    }
    EXPECT_GT(rss_bytes(), before + bytes / 2);
  }
  EXPECT_LT(rss_bytes(), before + bytes / 2);
}

TEST(Memory, available_memory_is_positive_and_limited) {
  EXPECT_GT(available_bytes(), std::uint64_t{1} << 20);
  EXPECT_LT(available_bytes(), std::uint64_t{1} << 50);
}

TEST(Memory, limits_name_their_source_and_an_allocation_that_fails_names_phase_and_limits) {
  EXPECT_FALSE(shared_limit().source.empty());
  rlimit before{};
  ASSERT_EQ(getrlimit(RLIMIT_AS, &before), 0);
  if (before.rlim_cur != RLIM_INFINITY) GTEST_SKIP() << "the address space is limited already";
  rlimit limited = before;
  constexpr std::uint64_t limit_bytes = std::uint64_t{1} << 45;
  limited.rlim_cur = limit_bytes;
  ASSERT_EQ(setrlimit(RLIMIT_AS, &limited), 0);
  const auto own = own_limit();
  log::set_phase("counting");
  const Error error = out_of_memory("no 5 bytes");
  ASSERT_EQ(setrlimit(RLIMIT_AS, &before), 0);
  ASSERT_TRUE(own);
  EXPECT_EQ(own->source, "ulimit -v, address space");
  EXPECT_LT(own->left_bytes, limit_bytes);
  EXPECT_EQ(error.code(), ExitCode::usage);
  for (const char* part : {"'counting' (no 5 bytes)", "ulimit -v", "GiB"}) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
  }
}

TEST(Memory, text_has_a_unit) { EXPECT_EQ(text(std::uint64_t{5} << 28), "1.25 GiB"); }

}  // namespace
}  // namespace nubox::memory
