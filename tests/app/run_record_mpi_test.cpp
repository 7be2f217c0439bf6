#include "nubox/core/build_info.hpp"
#include "nubox/core/checksum.hpp"

#include "app/run_record.hpp"
#include "io/io_test_support.hpp"

#include <cstdlib>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace nubox::test {
namespace {

TEST(RunRecord, names_code_ranks_inputs_and_job) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  // Longer than one read, and of a length that no buffer divides.
  const std::string contents(20'000'003, 'x');
  if (world.is_root()) {
    overwrite(directory / "a.bin", contents);
    overwrite(directory / "b.bin", "");
  }
  world.barrier();
  ::setenv("SLURM_JOB_ID", "4711", 1);
  const auto config = config::Config::parse("simulate", {"--box.n=16"});
  app::write_run_record(world, directory / "new/run", config,
                        {directory / "a.bin", directory / "b.bin"});
  ::unsetenv("SLURM_JOB_ID");

  EXPECT_EQ(contents_of(directory / "new/run/config.used.ini"), config.to_ini());
  const auto record = nlohmann::json::parse(contents_of(directory / "new/run/provenance.json"));
  EXPECT_EQ(record["command"], "simulate");
  EXPECT_EQ(record["ranks"], world.size());
  EXPECT_EQ(record["code_version"], version_text());
  EXPECT_EQ(record["hosts"].size(), 1u);
  EXPECT_EQ(record["batch"]["SLURM_JOB_ID"], "4711");
  const auto& input = record["inputs"][(directory / "a.bin").string()];
  EXPECT_EQ(input["size_bytes"], contents.size());
  EXPECT_EQ(input["xxh3"], checksum_text(checksum(std::as_bytes(std::span(contents)))));
  EXPECT_EQ(record["inputs"][(directory / "b.bin").string()]["size_bytes"], 0);
}

TEST(RunRecord, a_missing_input_is_named_on_all_ranks) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto config = config::Config::parse("simulate", {});
  const auto error = error_of(
      [&] { app::write_run_record(world, directory / "run", config, {directory / "absent.h5"}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_TRUE(error->agreed());
  EXPECT_NE(std::string(error->what()).find("absent.h5: No such file"), std::string::npos)
      << error->what();
}

TEST(RunRecord, a_directory_that_cannot_be_made_is_a_filesystem_error) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  if (world.is_root()) overwrite(directory / "file", "not a directory");
  world.barrier();
  const auto config = config::Config::parse("simulate", {});
  const auto error =
      error_of([&] { app::write_run_record(world, directory / "file/run", config, {}); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem);
  EXPECT_TRUE(error->agreed());
}

}  // namespace
}  // namespace nubox::test
