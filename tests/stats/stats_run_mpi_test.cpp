#include "nubox/core/error.hpp"
#include "nubox/stats/stats_run.hpp"
#include "nubox/stats/tracer_reader.hpp"

#include "stats/suite.hpp"
#include "support/files.hpp"
#include "support/temporary_directory.hpp"

#include <gtest/gtest.h>

namespace nubox::stats {
namespace {

class StatsRuns : public testing::Measuring {
 protected:
  StatsRuns() : directory_(comm_) {}

  StatsRequest request(std::vector<std::uint64_t> seeds, StatsOptions options) {
    std::vector<std::filesystem::path> boxes;
    for (const std::uint64_t seed : seeds) {
      field::Box box = *tracers(seed).lattice();
      for (float& x : box.displacement.values()) x -= 50.0F;  // minimum images, as in files
      boxes.push_back(directory_ / fmt::format("box-{}.h5", seed));
      field::write_box(boxes.back(), box).finish();
    }
    StatsRequest request;
    request.plan = plan_pairs(boxes, {}, directory_ / "stats.h5");
    request.statistics = statistics_of(options);
    request.options = std::move(options);
    return request;
  }

  /// Runs the request and returns how often the record of the run was requested.
  int run(const StatsRequest& request) {
    int records = 0;
    run_stats(comm_, request, digest_boxes(comm_, request.plan.inputs()),
              [&](const StatsPair&) { ++records; });
    return records;
  }

  io::TableFile table(const std::string& name) {
    return io::read_table_file(comm_, directory_ / name, "nubox-stats");
  }

  test::TemporaryDirectory directory_;
};

TEST_F(StatsRuns, a_finished_file_is_kept_and_measured_again_without_resume) {
  StatsOptions options = only({"power"});
  options.settings_checksums = {{"power", "a"}};
  StatsRequest request = this->request({1}, options);
  EXPECT_EQ(run(request), 1);
  EXPECT_TRUE(has_all(table("stats.h5"), request.statistics));
  EXPECT_FALSE(std::filesystem::exists(request.plan.pairs[0].partial()));
  EXPECT_EQ(run(request), 0);
  request.resume = false;
  EXPECT_EQ(run(request), 1);
}

TEST_F(StatsRuns, several_boxes_give_a_file_each_and_their_ensemble) {
  const StatsRequest request = this->request({1, 2}, only({"power"}));
  EXPECT_EQ(run(request), 2);
  const auto first = table("stats-1.h5"), second = table("stats-2.h5"), mean = table("stats.h5");
  const auto& p = column<double>(mean, "power/p_model");
  for (std::size_t b = 0; b < p.size(); ++b) {
    const double expected =
        (column<double>(first, "power/p_model")[b] + column<double>(second, "power/p_model")[b]) /
        2;
    EXPECT_NEAR(p[b], expected, 1e-12 * expected) << b;
  }
}

TEST_F(StatsRuns, a_failed_statistic_is_thrown_after_the_others_are_written) {
  StatsOptions options = only({"power", "pdf"});
  options.pdf.radii_mpch = {1};  // smaller than a cell
  const StatsRequest request = this->request({1}, options);
  const auto error = test::error_of([&] { run(request); });
  ASSERT_TRUE(error.has_value());
  EXPECT_TRUE(error->agreed());
  EXPECT_EQ(error->code(), ExitCode::usage);
  EXPECT_NE(std::string(error->what()).find("pdf"), std::string::npos) << error->what();
  EXPECT_TRUE(table("stats.h5").group_attributes.contains("power"));
}

}  // namespace
}  // namespace nubox::stats
