#include "nubox/io/scratch_directory.hpp"

#include "io/io_test_support.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

namespace fs = std::filesystem;

TEST(ScratchDirectory, is_one_for_all_ranks_and_gone_with_its_files_at_the_end) {
  const auto world = par::Comm::world();
  const TemporaryDirectory parent(world);
  fs::path path;
  {
    const io::ScratchDirectory scratch(world, parent / "made/too");
    path = scratch.path();
    EXPECT_EQ(path, world.broadcast(path.string()));
    overwrite(path / std::to_string(world.rank()), "of this rank");
    world.barrier();
    for (int rank = 0; rank < world.size(); ++rank) {
      EXPECT_TRUE(fs::exists(path / std::to_string(rank)));
    }
    world.barrier();
  }
  world.barrier();
  EXPECT_FALSE(fs::exists(path));
}

TEST(ScratchDirectory, that_cannot_be_made_is_the_same_error_on_all_ranks) {
  const auto world = par::Comm::world();
  const TemporaryDirectory parent(world);
  if (world.is_root()) overwrite(parent / "file", "no directory");
  world.barrier();
  const auto error = error_of([&] { const io::ScratchDirectory scratch(world, parent / "file"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_TRUE(error->agreed());
}

}  // namespace
}  // namespace nubox::test
