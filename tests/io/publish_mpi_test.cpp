#include "nubox/core/fault.hpp"
#include "nubox/io/publish.hpp"
#include "nubox/io/table_file.hpp"
#include "nubox/par/agree.hpp"

#include "io/io_test_support.hpp"

#include <csignal>
#include <cstdlib>
#include <sys/resource.h>

#include <gtest/gtest.h>

namespace nubox::test {
namespace {

/// Arms NUBOX_FAULT on this process for one scope.
class Fault {
 public:
  Fault(const par::Comm& comm, const std::string& spec) : rank_(comm.rank()) {
    ::setenv("NUBOX_FAULT", spec.c_str(), 1);
    fault::arm(rank_);
  }
  ~Fault() {
    ::unsetenv("NUBOX_FAULT");
    fault::arm(rank_);
  }
  Fault(const Fault&) = delete;
  Fault& operator=(const Fault&) = delete;

 private:
  int rank_;
};

/// Limits the size of files that this process may write: what a full disk does, but for the reason.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
};

int last_rank(const par::Comm& comm) { return comm.size() - 1; }

void expect_same_filesystem_error(const par::Comm& comm, const std::optional<Error>& error) {
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem) << error->what();
  EXPECT_TRUE(error->agreed());
  EXPECT_EQ(comm.broadcast(std::string(error->what())), error->what());
}

/// A field file that is written, but not finished.
io::Publication begin_field(const par::Comm& comm, const std::filesystem::path& path,
                            std::size_t n) {
  const par::SlabLayout layout(comm, n);
  const std::vector<float> values = example_slab(layout);
  const std::vector<io::FieldDataset> datasets{{"displacement", values}};
  return io::write_field_file(layout, path, example_header(n), datasets);
}

void write_field(const par::Comm& comm, const std::filesystem::path& path, std::size_t n) {
  begin_field(comm, path, n).finish();
}

TEST(Publish, text_appears_under_its_name_and_replaces_the_old_one) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const std::string text : {"first, longer", "second"}) {
    io::publish_text(world, directory / "note.txt", text);
    EXPECT_EQ(contents_of(directory / "note.txt"), text);
    EXPECT_EQ(directory.entries(), 1u);
    world.barrier();
  }
}

TEST(Publish, a_failure_of_one_rank_at_either_point_leaves_nothing_behind) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  for (const char* point : {"write", "publish"}) {
    for (const int rank : {0, last_rank(world)}) {
      const Fault fault(world, fmt::format("{}:{}:enospc", point, rank));
      const auto error = error_of([&] { write_field(world, directory / "field.h5", 6); });
      expect_same_filesystem_error(world, error);
      EXPECT_EQ(error->origin_rank(), rank);
      world.barrier();
      EXPECT_EQ(directory.entries(), 0u) << point;
      world.barrier();
    }
  }
}

TEST(Publish, the_old_file_survives_a_failed_rewrite) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::publish_text(world, directory / "note.txt", "old");
  {
    const Fault fault(world, fmt::format("publish:{}:enospc", last_rank(world)));
    expect_same_filesystem_error(
        world, error_of([&] { io::publish_text(world, directory / "note.txt", "new"); }));
  }
  EXPECT_EQ(contents_of(directory / "note.txt"), "old");
}

TEST(Publish, an_error_thrown_by_the_writer_of_one_rank_reaches_all) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto error = error_of([&] {
    const io::Publication file(world, {directory / "file"}, io::Publication::Writers::all_ranks,
                               [&](std::span<const std::filesystem::path> temporaries) {
                                 overwrite(temporaries.front(), "some bytes");
                                 if (world.rank() == last_rank(world))
                                   throw FileSystemError("writer of rank {}", world.rank());
                               });
  });
  expect_same_filesystem_error(world, error);
  EXPECT_EQ(error->origin_rank(), last_rank(world));
  world.barrier();
  EXPECT_EQ(directory.entries(), 0u);
}

TEST(Publish, a_file_appears_when_it_is_finished_and_no_sooner) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto path = directory / "field.h5";
  io::Publication field = begin_field(world, path, 6);
  EXPECT_FALSE(std::filesystem::exists(path));
  EXPECT_EQ(directory.entries(), 1u);
  world.barrier();
  // Other files come and go meanwhile.
  io::publish_text(world, directory / "note.txt", "text");
  EXPECT_FALSE(std::filesystem::exists(path));
  world.barrier();
  field.finish();
  EXPECT_EQ(directory.entries(), 2u);
  const par::SlabLayout layout(world, 6);
  EXPECT_TRUE(
      same_bits(io::FieldFile(world, path).read("displacement", layout), example_slab(layout)));
}

TEST(Publish, what_is_dropped_unfinished_leaves_nothing) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  { const io::Publication dropped = begin_field(world, directory / "field.h5", 6); }
  world.barrier();
  EXPECT_EQ(directory.entries(), 0u);
}

TEST(Publish, a_file_that_vanishes_meanwhile_is_an_agreed_error) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::Publication field = begin_field(world, directory / "field.h5", 6);
  world.barrier();
  if (world.is_root()) directory.clear();
  const auto error = error_of([&] { field.finish(); });
  expect_same_filesystem_error(world, error);
  EXPECT_NE(std::string(error->what()).find("field.h5"), std::string::npos) << error->what();
}

TEST(Publish, a_missing_directory_is_named) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const auto error = error_of([&] { write_field(world, directory / "nowhere/field.h5", 4); });
  expect_same_filesystem_error(world, error);
  EXPECT_NE(std::string(error->what()).find("nowhere is no directory"), std::string::npos)
      << error->what();
}

/// 16^3 lattice: 49 kB of values. The limit strikes the structure, or in the middle of the values.
TEST(Publish, a_full_disk_is_a_filesystem_error_and_leaves_nothing) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  const int last_owner = par::SlabLayout(world, 16).owner(15);
  for (const bool on_last_owner_only : {false, true}) {
    for (const rlim_t bytes : {rlim_t{100}, rlim_t{30000}}) {
      std::optional<FileSizeLimit> limit;
      if (!on_last_owner_only || world.rank() == last_owner) limit.emplace(bytes);
      const auto error = error_of([&] { write_field(world, directory / "field.h5", 16); });
      expect_same_filesystem_error(world, error);
      world.barrier();
      EXPECT_EQ(directory.entries(), 0u);
      world.barrier();
    }
  }
  // The library is still sound afterwards.
  write_field(world, directory / "field.h5", 16);
  EXPECT_EQ(directory.entries(), 1u);
}

TEST(Publish, a_full_disk_strikes_a_table_file_alike) {
  const auto world = par::Comm::world();
  const TemporaryDirectory directory(world);
  io::TableFile table;
  table.format = "nubox-stats";
  table.arrays["power/k"] = {{1000}, std::vector<double>(1000, 0.5), "h/Mpc", "wavenumber"};
  {
    const FileSizeLimit limit(2000);
    const auto error =
        error_of([&] { io::write_table_file(world, directory / "stats.h5", table); });
    expect_same_filesystem_error(world, error);
    EXPECT_NE(std::string(error->what()).find("File too large"), std::string::npos)
        << error->what();
  }
  world.barrier();
  EXPECT_EQ(directory.entries(), 0u);
}

}  // namespace
}  // namespace nubox::test
