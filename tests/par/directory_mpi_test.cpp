#include "nubox/par/directory.hpp"

#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

TEST(MakeDirectory, parents_are_created_and_an_existing_directory_is_no_error) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (int time = 0; time < 2; ++time) {
    par::make_directory(world, directory / "a/b");
    EXPECT_TRUE(std::filesystem::is_directory(directory / "a/b"));
  }
  par::make_directory(world, {});
}

TEST(MakeDirectory, an_existing_file_of_that_name_is_an_agreed_file_system_error) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  if (world.is_root()) overwrite(directory / "file", "not a directory");
  world.barrier();
  const auto error = error_of([&] { par::make_directory(world, directory / "file/run"); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_TRUE(error->agreed());
  EXPECT_NE(std::string(error->what()).find("file/run"), std::string::npos) << error->what();
}

}  // namespace
}  // namespace nubox::test
