#include "nubox/core/error.hpp"
#include "nubox/core/memory.hpp"
#include "nubox/par/memory_limits.hpp"

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

}  // namespace
}  // namespace nubox::par
