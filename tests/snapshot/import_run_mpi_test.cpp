#include "nubox/gadget/expand_inputs.hpp"
#include "nubox/snapshot/import_plan.hpp"
#include "nubox/snapshot/import_run.hpp"

#include "snapshot/wave_box.hpp"
#include "support/files.hpp"

namespace nubox::test {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<fs::path>;

TEST(ImportPlan, a_single_snapshot_becomes_the_named_file_and_several_a_directory) {
  const auto outputs = [](const Paths& snapshots, const fs::path& out) {
    Paths paths;
    for (const auto& task : snapshot::plan_imports(snapshots, {}, out)) paths.push_back(task.out);
    return paths;
  };
  EXPECT_EQ(outputs({"q/1/snap_004"}, "box.h5"), Paths{"box.h5"});
  EXPECT_EQ(outputs({"q/1/snap_004.hdf5"}, "boxes/"), Paths{"boxes/snap_004.h5"});
  EXPECT_EQ(outputs({"q/1/snap_004", "q/2/snap_004"}, "boxes"),
            (Paths{"boxes/1/snap_004.h5", "boxes/2/snap_004.h5"}));
}

TEST(ImportPlan, initial_conditions_belong_to_snapshots_one_by_one) {
  const auto tasks = snapshot::plan_imports({"a", "b"}, {"x", "y"}, "out");
  EXPECT_EQ(tasks[0].ics, "x");
  EXPECT_EQ(tasks[1].ics, "y");
  EXPECT_THROW((void)snapshot::plan_imports({"a", "b"}, {"x"}, "out"), UsageError);
  EXPECT_THROW((void)snapshot::plan_imports({}, {}, "out"), UsageError);
  EXPECT_THROW((void)snapshot::plan_imports({"a", "./a"}, {}, "out"), UsageError);
  EXPECT_THROW((void)snapshot::plan_imports({"a", "a.hdf5"}, {}, "out"), UsageError);
}

/// Snapshots of the wave box in directories 1, 2, ..., two files each.
class ImportRun : public testing::Test {
 protected:
  ImportRun() {
    for (const char* name : {"1", "2", "3"}) {
      if (world_.is_root()) fs::create_directory(directory_ / name);
      world_.barrier();
      write_waves(world_, directory_ / name / "snap", {.files = 2});
    }
  }
  [[nodiscard]] Paths snapshots() const {
    return gadget::expand_inputs((directory_ / "*/snap").string(), "import.snapshot");
  }
  [[nodiscard]] snapshot::ImportRequest request() const {
    snapshot::ImportRequest request{
        .tasks = snapshot::plan_imports(snapshots(), {}, directory_ / "out"),
        .tables = NUBOX_SOURCE_DIR "/configs/cosmology/hades"};
    for (auto* number : {&request.supplied.Omega_b, &request.supplied.n_s, &request.supplied.A_s}) {
      *number = {.value = 0.9, .given = true};
    }
    request.supplied.Omega_b.value = 0.049;
    request.supplied.A_s.value = 7.6e-9;  // the waves are as large as linear theory then says
    return request;
  }
  /// Number of records that a run writes: one for each box that is made.
  int run(const snapshot::ImportRequest& request) const {
    int made = 0;
    snapshot::run_imports(world_, request, [&](const fs::path&, const Paths& files) {
      EXPECT_EQ(files.size(), 2u);
      ++made;
    });
    return made;
  }
  [[nodiscard]] fs::path out(const std::string& name) const {
    return directory_ / ("out/" + name + "/snap.h5");
  }
  const par::Comm world_ = par::Comm::world();
  const TemporaryDirectory directory_{world_};
};

TEST_F(ImportRun, inputs_by_wildcards_are_sets_of_files) {
  const Paths expected{directory_ / "1/snap", directory_ / "2/snap", directory_ / "3/snap"};
  for (const char* pattern : {"*/snap", "*/snap.*.hdf5", "*/*.hdf5"}) {
    std::vector<std::string> names;
    for (const fs::path& path :
         gadget::expand_inputs((directory_ / pattern).string(), "import.snapshot")) {
      names.push_back(path.string());
    }
    ASSERT_EQ(names.size(), 3u) << pattern;
    for (std::size_t i = 0; i < 3; ++i) {
      // The first file of a set stands for it as well.
      EXPECT_TRUE(names[i].starts_with(expected[i].string())) << names[i];
    }
  }
  EXPECT_THROW((void)gadget::expand_inputs((directory_ / "*/none").string(), "import.snapshot"),
               InputError);
  EXPECT_EQ(gadget::expand_inputs("a.h5,b.h5", "import.snapshot"), (Paths{"a.h5", "b.h5"}));
}

TEST_F(ImportRun, a_suite_skips_finished_boxes_and_makes_damaged_and_missing_ones) {
  EXPECT_EQ(run(request()), 3);
  const field::Box found = field::read_box(world_, out("2"));
  EXPECT_LT(largest_difference(found.displacement, wave_box(world_).displacement), 1e-5);
  EXPECT_EQ(run(request()), 0);
  if (world_.is_root()) {
    fs::remove(out("1"));
    std::string bytes = contents_of(out("3"));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    overwrite(out("3"), bytes);
  }
  world_.barrier();
  EXPECT_EQ(run(request()), 2);
  EXPECT_EQ(run(request()), 0);
}

TEST_F(ImportRun, a_box_of_another_snapshot_or_of_other_options_is_refused) {
  EXPECT_EQ(run(request()), 3);
  snapshot::ImportRequest other = request();
  other.supplied.seed = 8;
  const auto error = error_of([&] { (void)run(other); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::input);
  EXPECT_NE(std::string(error->what()).find("import_checksum"), std::string::npos) << error->what();
}

TEST_F(ImportRun, a_snapshot_that_fails_does_not_stop_the_others) {
  if (world_.is_root()) fs::remove(directory_ / "2/snap.1.hdf5");
  world_.barrier();
  const auto error = error_of([&] { (void)run(request()); });
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code(), ExitCode::filesystem) << error->what();
  EXPECT_TRUE(fs::exists(out("1")));
  EXPECT_FALSE(fs::exists(out("2")));
  EXPECT_TRUE(fs::exists(out("3")));
}

TEST_F(ImportRun, checks_alone_write_nothing) {
  snapshot::ImportRequest checks = request();
  checks.checks_only = true;
  EXPECT_EQ(run(checks), 0);
  EXPECT_FALSE(fs::exists(directory_ / "out"));
}

}  // namespace
}  // namespace nubox::test
